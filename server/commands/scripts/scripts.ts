// EVAL and EVALSHA for the scripts that @upstash/ratelimit sends: its fixed, sliding and cached fixed
// windows. Scripts are known by their SHA-1, and each is a function here. There is no Lua; any other
// script is answered NOSCRIPT.

import { createHash } from "node:crypto";
import { ItemType, KEEP_DEADLINE, Outcome, type Shard } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import type { CommandContext } from "../../contract/command.ts";
import {
  BAD_KEY,
  badExpire,
  BUSY,
  NOT_INTEGER,
  refused,
  TOO_LARGE,
  WRONG_TYPE,
} from "../failures.ts";
import { getItem, peekItem } from "../items.ts";
import { integerOf } from "../argument_text.ts";
import { addIntegers, parseInteger } from "../integers.ts";
import { answerNumber, MAX_NUMBER, MAX_NUMBER_BYTES, toNumber } from "./script_numbers.ts";

/** The first two arguments are the script and the number of keys. Keys and other arguments follow. */
const FIRST_KEY = 2;
const MAX_KEYS = 3;
/** Hexadecimal digits of a SHA-1. */
const SHA_LENGTH = 40;

/** As Redis answers; clients look for it, and send EVAL then. */
const NO_SCRIPT = refused("No matching script. Please use EVAL.", "NOSCRIPT");
const NO_LUA = refused(
  "No matching script. slabkv has no Lua: it knows only the windows of @upstash/ratelimit",
  "NOSCRIPT",
);
const TOO_MANY_KEYS = refused("Number of keys can't be greater than number of args");
const NEGATIVE_KEYS = refused("Number of keys can't be negative");
const BAD_ARGUMENTS = refused("Arguments of the script are not those of @upstash/ratelimit");

/** A call that is being run. Its keys are locked. */
interface Call {
  readonly context: CommandContext;
  readonly args: Args;
  readonly reply: Reply;
  readonly keyCount: number;
  /** The script's own arguments as numbers. NaN: the argument is no number. */
  readonly numbers: readonly number[];
}

type Script = (call: Call) => void;

const fixedLimit: Script = (call) => {
  const { reply, numbers } = call;
  const [tokens, windowMs, by] = numbers;
  const limit = limitOf(call, 1, tokens!);
  const used = count(call, 0, by!, windowMs!);
  if (used === null) return;
  reply.array(2);
  reply.integer(used);
  answerNumber(reply, limit);
};

const fixedRemaining: Script = (call) => {
  const { reply, numbers } = call;
  const limit = limitOf(call, 1, numbers[0]!);
  reply.array(2);
  answerNumber(reply, limit - (numberAt(call, 0) ?? 0));
  answerNumber(reply, limit);
};

const slidingLimit: Script = (call) => {
  const { reply, numbers } = call;
  const [tokens, nowMs, windowMs, by] = numbers;
  const limit = limitOf(call, 2, tokens!);
  const previous = weighted(call, nowMs!, windowMs!);
  const current = numberAt(call, 0) ?? 0;
  if (by! > 0 && previous + current >= limit) {
    reply.array(2);
    reply.integer(-1);
    return answerNumber(reply, limit);
  }
  // Lives through the next window too, and a second longer.
  const used = count(call, 0, by!, 2 * windowMs! + 1000);
  if (used === null) return;
  reply.array(2);
  answerNumber(reply, limit - (Number(used) + previous));
  answerNumber(reply, limit);
};

const slidingRemaining: Script = (call) => {
  const { reply, numbers } = call;
  const [tokens, nowMs, windowMs] = numbers;
  const limit = limitOf(call, 2, tokens!);
  const used = weighted(call, nowMs!, windowMs!) + (numberAt(call, 0) ?? 0);
  reply.array(2);
  answerNumber(reply, limit - used);
  answerNumber(reply, limit);
};

const cachedLimit: Script = (call) => {
  const [windowMs, by] = call.numbers;
  const used = count(call, 0, by!, windowMs!);
  if (used !== null) call.reply.integer(used);
};

const cachedRemaining: Script = (call) => {
  answerNumber(call.reply, numberAt(call, 0) ?? 0);
};

interface Known {
  readonly run: Script;
  /** How many keys it must have, and how many arguments must be numbers. */
  readonly keys: number;
  readonly numbers: number;
  /** Which of them is the length of the window in milliseconds, if it has one. */
  readonly windowAt?: number;
}

const KNOWN: readonly [known: Known, ...shas: string[]][] = [
  [
    { run: fixedLimit, keys: 1, numbers: 3, windowAt: 1 },
    "b2efc02798c8e9b471a10f9b1d5745db89923ff3",
    "472e55443b62f60d0991028456c57815a387066d",
  ],
  [
    { run: fixedRemaining, keys: 1, numbers: 1 },
    "823cb2a5a902d69681244f5e28e5ebb8f2a89edd",
    "40515c9dd0a08f8584f5f9b593935f6a87c1c1c3",
  ],
  [
    { run: slidingLimit, keys: 2, numbers: 4, windowAt: 2 },
    "74740bb3d7792848093cdef586b6b6037c455fd6",
    "977fb636fb5ceb7e98a96d1b3a1272ba018efdae",
  ],
  [
    { run: slidingRemaining, keys: 2, numbers: 3, windowAt: 2 },
    "7ca36169e0fc9caedd81b4eef8e99854c157f9b5",
    "ee3a3265fad822f83acad23f8a1e2f5c0b156b03",
  ],
  [
    { run: cachedLimit, keys: 1, numbers: 2, windowAt: 0 },
    "1861a700bafe96c833a483af6b1c28a8897cfdb0",
    "c26b12703dd137939b9a69a3a9b18e906a2d940f",
  ],
  [
    { run: cachedRemaining, keys: 1, numbers: 0 },
    "eb82f0e853d2fc9a236fa9bfbe704fda6ac2fc36",
    "8e8f222ccae68b595ee6e3f3bf2199629a62b91a",
  ],
];
/** The scripts of versions 2.0.8 to 2.2.0, by the SHA-1 of their text. */
const BY_SHA: ReadonlyMap<string, Known> = new Map(
  KNOWN.flatMap(([known, ...shas]) => shas.map((sha): [string, Known] => [sha, known])),
);

const decoder = new TextDecoder();

/** EVAL script numkeys key ... argument ... */
export function evalScript(context: CommandContext, args: Args, reply: Reply): void {
  const sha = createHash("sha1").update(args.bytesOf(0)).digest("hex");
  run(BY_SHA.get(sha), NO_LUA, context, args, reply);
}

/** EVALSHA sha1 numkeys key ... argument ... */
export function evalSha(context: CommandContext, args: Args, reply: Reply): void {
  if (args.lengths[0] !== SHA_LENGTH) return reply.fail(NO_SCRIPT);
  const sha = decoder.decode(args.bytesOf(0)).toLowerCase();
  run(BY_SHA.get(sha), NO_SCRIPT, context, args, reply);
}

function run(
  script: Known | undefined,
  unknown: Failure,
  context: CommandContext,
  args: Args,
  reply: Reply,
): void {
  const wanted = integerOf(args, 1);
  if (wanted === undefined) return reply.fail(NOT_INTEGER);
  const keyCount = Number(wanted);
  if (keyCount > args.count - FIRST_KEY) return reply.fail(TOO_MANY_KEYS);
  if (keyCount < 0) return reply.fail(NEGATIVE_KEYS);
  if (script === undefined) return reply.fail(unknown);
  const numbers: number[] = [];
  for (let i = FIRST_KEY + keyCount; i < args.count; i++) numbers.push(toNumber(args.bytesOf(i)));
  if (keyCount < script.keys || keyCount > MAX_KEYS || !fitsScript(script, numbers)) {
    return reply.fail(BAD_ARGUMENTS);
  }
  const call: Call = { context, args, reply, keyCount, numbers };
  let isDone = false;
  const work = {
    runLocked() {
      isDone = !context.isStale;
      if (!isDone) return;
      if (hasOtherType(call)) reply.fail(WRONG_TYPE);
      else script.run(call);
    },
  };
  while (!isDone) {
    context.enterDatabase(context.session.database);
    hashScriptKeys(context, args, keyCount);
    if (!context.cache.withShards(context.hashes, keyCount, work)) return reply.fail(BUSY);
  }
}

function hashScriptKeys(context: CommandContext, args: Args, count: number): void {
  const { cache, hashes, database } = context;
  const { bytes, starts, lengths } = args;
  for (let i = 0, key = FIRST_KEY; i < count; i++, key++) {
    hashes[i] = cache.hash(bytes, starts[key]!, lengths[key]!, database);
  }
}

/** Whether one of the keys holds something that is no string. */
function hasOtherType(call: Call): boolean {
  for (let key = 0; key < call.keyCount; key++) {
    const address = peekItem(call.context, call.args, key, FIRST_KEY + key);
    if (address !== 0 && shardOf(call, key).typeLocked(address) !== ItemType.string) return true;
  }
  return false;
}

function fitsScript({ numbers: count, windowAt }: Known, numbers: readonly number[]): boolean {
  const wanted = numbers.slice(0, count);
  if (wanted.length < count || wanted.some(Number.isNaN)) return false;
  return windowAt === undefined || wanted[windowAt]! > 0;
}

function shardOf({ context }: Call, key: number): Shard {
  return context.cache.shardOf(context.hashes[key]!);
}

/** The value of the script's key number `key`, or null if it is not there. */
function valueAt(call: Call, key: number): Uint8Array | null {
  const shard = shardOf(call, key);
  const address = getItem(call.context, call.args, key, FIRST_KEY + key);
  if (address === 0) return null;
  const length = shard.valueBytesLocked(address);
  if (length > MAX_NUMBER_BYTES) return new Uint8Array();
  const value = new Uint8Array(length);
  shard.readValueLocked(address, value, 0);
  return value;
}

function numberAt(call: Call, key: number): number | null {
  const value = valueAt(call, key);
  const number = value === null ? NaN : toNumber(value);
  return Number.isNaN(number) ? null : number;
}

/** The limit: the value of the optional key number `key`, or else `tokens`. */
function limitOf(call: Call, key: number, tokens: number): number {
  if (key >= call.keyCount || call.args.lengths[FIRST_KEY + key] === 0) return tokens;
  return numberAt(call, key) ?? tokens;
}

/** The share of the previous window's count that still counts. */
function weighted(call: Call, nowMs: number, windowMs: number): number {
  const share = (nowMs % windowMs) / windowMs;
  return Math.floor((1 - share) * (numberAt(call, 1) ?? 0));
}

/**
 * Adds to the integer of a key. A new key lives for `ttlMs`. Returns the sum, or null when that was
 * refused.
 */
function count(call: Call, key: number, by: number, ttlMs: number): number | bigint | null {
  const { context, args, reply } = call;
  const deadlineMs = context.cache.now() + Math.max(1, Math.trunc(ttlMs));
  if (deadlineMs >= MAX_NUMBER) {
    reply.fail(badExpire("pexpire"));
    return null;
  }
  const old = valueAt(call, key);
  const before = old === null ? 0 : parseInteger(old, 0, old.length);
  const sum = before === undefined || !Number.isSafeInteger(by)
    ? undefined
    : addIntegers(before, by);
  if (sum === undefined) {
    reply.fail(NOT_INTEGER);
    return null;
  }
  const at = FIRST_KEY + key;
  const keyBytes = args.lengths[at]!;
  if (keyBytes === 0 || keyBytes > context.maxKeyBytes) {
    reply.fail(BAD_KEY);
    return null;
  }
  const text = new TextEncoder().encode(String(sum));
  const { put } = context;
  put.setKey(context.hashes[key]!, args.bytes, args.starts[at]!, keyBytes);
  put.setValue(text, 0, text.length);
  const isNew = sum === by;
  put.setTerms(isNew ? deadlineMs : KEEP_DEADLINE);
  const outcome = shardOf(call, key).putLocked(put);
  if (outcome === Outcome.stored) return sum;
  reply.fail(TOO_LARGE);
  return null;
}
