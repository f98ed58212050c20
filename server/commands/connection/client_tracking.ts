// CLIENT TRACKING, TRACKINGINFO, CACHING and GETREDIR. Each is a subcommand of CLIENT, and its name is
// the first argument. The tracking itself is done in changes/tracking.ts.

import type { Args } from "../../contract/args.ts";
import { answerBytes, type Failure, type Reply } from "../../contract/reply.ts";
import type { Messages } from "../../contract/messages/messages.ts";
import type { Session } from "../../contract/session.ts";
import {
  MAX_PREFIXES,
  type Tracking,
  type TrackingMode,
  type TrackingOptions,
  type TrackingStart,
} from "../../contract/tracking.ts";
import type { CommandContext } from "../../contract/command.ts";
import { later } from "../deferred_answer.ts";
import { NO_MEMORY, NOT_INTEGER, refused, SYNTAX } from "../failures.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { sortedPrefixes, whatOverlaps } from "./tracking_prefixes.ts";

const NO_CONNECTION = refused("Client tracking needs a connection of the Redis protocol");
const TOO_MANY_WATCHES = refused("Too much is watched already, try again later");
const NO_CLIENT = refused("The client ID you want redirect to does not exist");
const TWO_REDIRECTS = refused("A client can only redirect to a single other client");
const NO_CACHING = refused(
  "CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled",
);
const NO_OPTIN = refused(
  "CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.",
);
const NO_OPTOUT = refused(
  "CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.",
);
const PREFIX_NEEDS_BCAST = refused("PREFIX option requires BCAST mode to be enabled");
const SWITCHED_BCAST = refused(
  "You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.",
);
const SWITCHED_MODE = refused(
  "You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.",
);
const BCAST_MODE = refused("OPTIN and OPTOUT are not compatible with BCAST");
const BOTH_MODES = refused("You can't specify both OPTIN mode and OPTOUT mode");
const PREFIX_TOO_LONG = refused("Prefix is longer than a key can be, see --max-key");
const TOO_MANY_PREFIXES = refused(`Too many prefixes, send at most ${MAX_PREFIXES}`);
/** BCAST without a prefix is about all keys, which begin with this. */
const EVERY_PREFIX = new Uint8Array(0);

/** The options as they are sent. */
interface SentOptions {
  isBroadcast: boolean;
  optin: boolean;
  optout: boolean;
  noLoop: boolean;
  /** 0: to none. Else whether it is there, which other workers may have to be asked. */
  redirect: number;
  isThere: boolean | Promise<boolean>;
  readonly prefixes: Uint8Array[];
}

/** CLIENT TRACKING ON|OFF [REDIRECT client] [BCAST] [PREFIX prefix ...] [OPTIN] [OPTOUT] [NOLOOP] */
export function clientTracking(
  context: CommandContext,
  args: Args,
  reply: Reply,
): void | Promise<number | void> {
  const sent = parseOptions(args, context.messages, context.maxKeyBytes);
  if ("code" in sent) return reply.fail(sent);
  const word = tokenOf(args, 1);
  const { isThere } = sent;
  if (typeof isThere === "boolean") return carryOut(context, word, sent, reply);
  return later(context, reply, async () => {
    if (await isThere) carryOut(context, word, sent, reply);
    else reply.fail(NO_CLIENT);
  });
}

function carryOut(context: CommandContext, word: string, sent: SentOptions, reply: Reply): void {
  const { session } = context;
  if (word === "OFF") stopTracking(context);
  else {
    const failure = word === "ON" ? problemOf(session, sent) ?? begin(context, sent) : SYNTAX;
    if (failure !== null) return reply.fail(failure);
  }
  reply.ok();
}

function parseOptions(
  args: Args,
  messages: Messages,
  maxPrefixBytes: number,
): SentOptions | Failure {
  const sent: SentOptions = {
    isBroadcast: false,
    optin: false,
    optout: false,
    noLoop: false,
    redirect: 0,
    isThere: true,
    prefixes: [],
  };
  for (let i = 2; i < args.count; i++) {
    const word = tokenOf(args, i);
    const hasMore = i + 1 < args.count;
    if (word === "BCAST") sent.isBroadcast = true;
    else if (word === "NOLOOP") sent.noLoop = true;
    else if (word === "OPTIN") sent.optin = true;
    else if (word === "OPTOUT") sent.optout = true;
    else if (word === "REDIRECT" && hasMore) {
      if (sent.redirect !== 0) return TWO_REDIRECTS;
      const id = integerOf(args, ++i);
      if (id === undefined) return NOT_INTEGER;
      sent.redirect = Number(id);
      sent.isThere = messages.findClient(sent.redirect);
      if (sent.isThere === false) return NO_CLIENT;
    } else if (word === "PREFIX" && hasMore) {
      if (args.lengths[++i]! > maxPrefixBytes) return PREFIX_TOO_LONG;
      if (sent.prefixes.length === MAX_PREFIXES) return TOO_MANY_PREFIXES;
      sent.prefixes.push(args.copyOf(i));
    } else return SYNTAX;
  }
  return sent;
}

/** Why these options cannot be, or cannot follow those that there are. In the order of Redis. */
function problemOf({ push, tracking }: Session, sent: SentOptions): Failure | null {
  if (push === null) return NO_CONNECTION;
  const before = tracking?.options;
  const { isBroadcast, optin, optout } = sent;
  if (!isBroadcast && sent.prefixes.length > 0) return PREFIX_NEEDS_BCAST;
  if (before !== undefined && before.isBroadcast !== isBroadcast) return SWITCHED_BCAST;
  if (isBroadcast && (optin || optout)) return BCAST_MODE;
  if (optin && optout) return BOTH_MODES;
  const isSwitched = before?.mode === "optout" && optin || before?.mode === "optin" && optout;
  if (isSwitched) return SWITCHED_MODE;
  const overlapping = whatOverlaps(before?.prefixes ?? [], sent.prefixes);
  return overlapping === null ? null : refused(overlapping);
}

/** Begins to track with these options, or goes on with them. */
function begin({ session, server }: CommandContext, sent: SentOptions): Failure | null {
  const { tracking } = session;
  const kept = tracking?.options.prefixes ?? [];
  const isEvery = sent.isBroadcast && sent.prefixes.length === 0 &&
    kept.every(({ length }) => length > 0);
  const prefixes = sortedPrefixes([...kept, ...(isEvery ? [EVERY_PREFIX] : sent.prefixes)]);
  if (prefixes.length > MAX_PREFIXES) return TOO_MANY_PREFIXES;
  const { isBroadcast, noLoop, redirect } = sent;
  const options: TrackingOptions = { isBroadcast, noLoop, redirect, prefixes, mode: modeOf(sent) };
  const made: Tracking | TrackingStart = tracking === null
    ? server.track(session, options)
    : tracking.change(options);
  if (made === "tooMany") return TOO_MANY_WATCHES;
  if (made === "noMemory") return NO_MEMORY;
  if (made !== "started") session.tracking = made;
  return null;
}

function modeOf({ optin, optout }: SentOptions): TrackingMode {
  return optin ? "optin" : optout ? "optout" : "all";
}

/** Ends the tracking of this client. Also for RESET and the end of a connection. */
export function stopTracking({ session }: Pick<CommandContext, "session">): void {
  session.tracking?.stop();
  session.tracking = null;
}

/** CLIENT TRACKINGINFO */
export function clientTrackingInfo({ session }: CommandContext, _args: Args, reply: Reply): void {
  const { tracking } = session;
  const flags = tracking === null ? ["off"] : flagsOf(tracking);
  reply.map(3);
  reply.text("flags");
  reply.set(flags.length);
  for (const flag of flags) reply.text(flag);
  reply.text("redirect");
  reply.integer(tracking?.options.redirect ?? -1);
  reply.text("prefixes");
  const prefixes = tracking?.options.prefixes ?? [];
  reply.array(prefixes.length);
  for (const prefix of prefixes) answerBytes(prefix, 0, prefix.length, reply);
}

function flagsOf({ options, isCaching, isBroken }: Tracking): string[] {
  const { isBroadcast, mode, noLoop } = options;
  const flags = ["on"];
  if (isBroadcast) flags.push("bcast");
  if (mode !== "all") flags.push(mode);
  if (mode !== "all" && isCaching) flags.push(mode === "optin" ? "caching-yes" : "caching-no");
  if (noLoop) flags.push("noloop");
  if (isBroken) flags.push("broken_redirect");
  return flags;
}

/** CLIENT CACHING YES|NO: about the next command, or the next transaction. */
export function clientCaching({ session }: CommandContext, args: Args, reply: Reply): void {
  const { tracking } = session;
  if (tracking === null) return reply.fail(NO_CACHING);
  const problem = cachingProblem(tracking, args);
  if (problem !== null) return reply.fail(problem);
  tracking.isCaching = true;
  reply.ok();
}

/** Why CLIENT CACHING would be refused with these arguments, or null. */
export function cachingProblem({ options }: Tracking, args: Args): Failure | null {
  const word = tokenOf(args, 1);
  if (word === "YES") return options.mode === "optin" ? null : NO_OPTIN;
  if (word === "NO") return options.mode === "optout" ? null : NO_OPTOUT;
  return SYNTAX;
}

/** CLIENT GETREDIR */
export function clientGetRedir({ session }: CommandContext, _args: Args, reply: Reply): void {
  reply.integer(session.tracking?.options.redirect ?? -1);
}
