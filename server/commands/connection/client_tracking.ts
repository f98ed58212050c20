// CLIENT TRACKING, TRACKINGINFO, CACHING and GETREDIR. Each is a subcommand of CLIENT, and its name is
// the first argument. The tracking itself is done in changes/tracking.ts.

import type { Args } from "../../contract/args.ts";
import { answerBytes, type Failure, type Reply } from "../../contract/reply.ts";
import { sameBytes } from "../../contract/same_bytes.ts";
import { MAX_PREFIXES, type TrackingOptions } from "../../contract/tracking.ts";
import type { CommandContext } from "../../contract/command.ts";
import { NO_MEMORY, refused, SYNTAX } from "../failures.ts";
import { tokenOf } from "../argument_text.ts";

const NEEDS_RESP3 = refused("Client tracking needs RESP3 here, send HELLO 3 first");
const TOO_MANY_WATCHES = refused("Too much is watched already, try again later");
const NO_REDIRECT = refused("REDIRECT is not supported, use RESP3 on this connection");
const NO_OPT = refused("OPTIN and OPTOUT are not supported, use the default mode or BCAST");
const NO_CACHING = refused(
  "CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled",
);
const PREFIX_NEEDS_BCAST = refused("PREFIX option requires BCAST mode to be enabled");
const SWITCHED = refused(
  "You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.",
);
const OVERLAP = refused("Prefixes for a single client must not overlap");
const PREFIX_TOO_LONG = refused("Prefix is longer than a key can be, see --max-key");
const TOO_MANY_PREFIXES = refused(`Too many prefixes, send at most ${MAX_PREFIXES}`);

/** CLIENT TRACKING ON|OFF [BCAST] [PREFIX prefix ...] [NOLOOP] */
export function clientTracking(context: CommandContext, args: Args, reply: Reply): void {
  const { session, server } = context;
  const word = args.count > 1 ? tokenOf(args, 1) : "";
  if (word === "OFF" && args.count === 2) {
    stopTracking(context);
    return reply.ok();
  }
  if (word !== "ON") return reply.fail(SYNTAX);
  const options = parseOptions(args, context.maxKeyBytes);
  if ("code" in options) return reply.fail(options);
  if (session.protocol !== 3 || session.push === null) return reply.fail(NEEDS_RESP3);
  const before = session.tracking;
  if (before !== null && before.options.isBroadcast !== options.isBroadcast) {
    return reply.fail(SWITCHED);
  }
  const kept = before?.options.prefixes ?? [];
  const prefixes = [...kept, ...options.prefixes];
  if (prefixes.length > MAX_PREFIXES) return reply.fail(TOO_MANY_PREFIXES);
  if (overlap(prefixes)) return reply.fail(OVERLAP);
  if (before !== null && !options.isBroadcast && before.options.noLoop === options.noLoop) {
    return reply.ok();
  }
  const tracking = server.track(session, { ...options, prefixes });
  if (tracking === "tooMany") return reply.fail(TOO_MANY_WATCHES);
  if (tracking === "noMemory") return reply.fail(NO_MEMORY);
  stopTracking(context);
  session.tracking = tracking;
  reply.ok();
}

function parseOptions(args: Args, maxPrefixBytes: number): TrackingOptions | Failure {
  let isBroadcast = false;
  let noLoop = false;
  const prefixes: Uint8Array[] = [];
  for (let i = 2; i < args.count; i++) {
    const word = tokenOf(args, i);
    if (word === "BCAST") isBroadcast = true;
    else if (word === "NOLOOP") noLoop = true;
    else if (word === "REDIRECT") return NO_REDIRECT;
    else if (word === "OPTIN" || word === "OPTOUT") return NO_OPT;
    else if (word === "PREFIX" && i + 1 < args.count) {
      if (args.lengths[++i]! > maxPrefixBytes) return PREFIX_TOO_LONG;
      if (prefixes.length === MAX_PREFIXES) return TOO_MANY_PREFIXES;
      prefixes.push(args.copyOf(i));
    } else return SYNTAX;
  }
  if (prefixes.length > 0 && !isBroadcast) return PREFIX_NEEDS_BCAST;
  return { isBroadcast, noLoop, prefixes };
}

/** Whether one of the prefixes begins with another one. Sorted, some of those stand side by side. */
function overlap(prefixes: readonly Uint8Array[]): boolean {
  const sorted = prefixes.toSorted(compareBytes);
  return sorted.some((prefix, i) => {
    const before = sorted[i - 1];
    return before !== undefined && before.length <= prefix.length &&
      sameBytes(before, 0, prefix, 0, before.length);
  });
}

/** Below 0, 0 or above 0, as `a` stands before, with or behind `b`. */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return a.length - b.length;
}

/** Ends the tracking of this client. Also for RESET and the end of a connection. */
export function stopTracking({ session }: Pick<CommandContext, "session">): void {
  session.tracking?.stop();
  session.tracking = null;
}

/** CLIENT TRACKINGINFO */
export function clientTrackingInfo({ session }: CommandContext, _args: Args, reply: Reply): void {
  const options = session.tracking?.options;
  const flags = options === undefined ? ["off"] : ["on"];
  if (options?.isBroadcast) flags.push("bcast");
  if (options?.noLoop) flags.push("noloop");
  reply.map(3);
  reply.text("flags");
  reply.array(flags.length);
  for (const flag of flags) reply.text(flag);
  reply.text("redirect");
  reply.integer(options === undefined ? -1 : 0);
  reply.text("prefixes");
  const prefixes = options?.prefixes ?? [];
  reply.array(prefixes.length);
  for (const prefix of prefixes) answerBytes(prefix, 0, prefix.length, reply);
}

/** CLIENT CACHING YES|NO */
export function clientCaching(_context: CommandContext, _args: Args, reply: Reply): void {
  reply.fail(NO_CACHING);
}

/** CLIENT GETREDIR */
export function clientGetRedir({ session }: CommandContext, _args: Args, reply: Reply): void {
  reply.integer(session.tracking === null ? -1 : 0);
}
