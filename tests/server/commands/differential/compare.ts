// When two answers are the same: byte for byte, except where Redis promises no order, where chance
// decides, where clocks do, and where slabkv says something else on purpose. Knows no connection.

import { type Answer, exactly } from "./answer.ts";
import type { Words } from "./draw.ts";

/** Answers whose items Redis gives in no particular order. */
const UNORDERED: ReadonlySet<string> = new Set([
  ...["SMEMBERS", "SINTER", "SUNION", "SDIFF", "HKEYS", "HVALS", "KEYS"],
]);
/** What a date may differ by, in milliseconds or seconds. */
const MAX_APART = 3000;
const UNSUPPORTED = "ERR Unsupported option";
/** Of those that may wait, those whose time over is answered otherwise than that there is nothing. */
const MOVES: ReadonlySet<string> = new Set(["BLMOVE", "BRPOPLPUSH"]);
const TIMED: ReadonlySet<string> = new Set(["TTL", "PTTL"]);
/** Names of encodings of one type: which one a key has depends on its history. */
const ENCODINGS: readonly (readonly string[])[] = [
  ["listpack", "hashtable", "skiplist", "intset", "quicklist"],
  ["raw", "embstr", "int"],
];

/** The name of the command, in capitals. */
export function nameOf(words: Words): string {
  return words[0]!.toUpperCase();
}

/** Items sorted, so that their order says nothing; `size` of them belong together. */
function sorted(answer: Answer, size: number): string {
  const { kind, items } = answer;
  if (items.length % size !== 0 || items.length === 0) return exactly(answer);
  const groups = Array.from(
    { length: items.length / size },
    (_, i) => items.slice(i * size, (i + 1) * size).map(exactly).join(""),
  );
  return `${kind}${items.length}[${groups.sort().join("")}]`;
}

/** What a transaction has answered, of which some may be in any order. */
function deeplySorted({ kind, text, items }: Answer): string {
  if (items.length === 0) return kind === "-" ? errorText(text) : `${kind}${text.length}:${text}`;
  return `${kind}[${items.map((item) => sortedLeaves(item)).join()}]`;
}

function sortedLeaves({ kind, text, items }: Answer): string {
  if (items.length === 0) return deeplySorted({ kind, text, items });
  return `${kind}[${items.map((item) => sortedLeaves(item)).sort().join()}]`;
}

/** Scores below zero that are zero: a small sorted set of Redis has none, a large one has. */
function withoutZeros({ kind, text, items }: Answer): Answer {
  const isZero = text === "-0" && (kind === "$" || kind === ",");
  return { kind, text: isZero ? "0" : text, items: items.map(withoutZeros) };
}

/** Names of what a clock decides in answers of XINFO. */
const CLOCKED: ReadonlySet<string> = new Set(["idle", "seen-time"]);
/** Names of what depends on how Redis keeps a stream. */
const INTERNAL: ReadonlySet<string> = new Set(["radix-tree-keys", "radix-tree-nodes"]);

/** What is told of consumers and of what is pending, with times as far as walks set them apart. */
function withoutClock({ kind, text, items }: Answer): Answer {
  const places = items.map((item, i) => {
    const before = items[i - 1]?.text ?? "";
    if (INTERNAL.has(before)) return { ...item, text: "" };
    const isOfPending = (items.length === 3 || items.length === 4) && i === items.length - 2 &&
      /^\d+-\d+$/.test(items[0]!.text);
    if (item.kind === ":" && (isOfPending || CLOCKED.has(before))) return roughTime(item);
    return withoutClock(item);
  });
  return { kind, text, items: places };
}

/** A time since 1970 or since something, to about a minute. */
function roughTime(answer: Answer): Answer {
  const ms = Number(answer.text);
  const idleMs = ms > 1e12 ? Date.now() - ms : ms;
  return { ...answer, text: `about ${Math.floor((idleMs + 10_000) / 60_000)}` };
}

/** The text by which two answers to `words` are compared. */
export function comparable(words: Words, given: Answer): string {
  const name = nameOf(words);
  const answer = name.startsWith("Z") || name === "EXEC" ? withoutZeros(given) : given;
  const { kind, text } = answer;
  if (kind === "-") return errorText(text);
  if (name === "EXEC") return deeplySorted(answer);
  if (name === "HGETALL") return sorted(answer, 2);
  if (UNORDERED.has(name)) return sorted(answer, 1);
  if (name === "XPENDING" || name === "XINFO") return exactly(withoutClock(answer));
  if (name === "OBJECT") {
    const group = ENCODINGS.findIndex((names) => names.includes(text));
    if (group >= 0) return `encoding ${group}`;
  }
  return exactly(answer);
}

/** Errors are the same in words, except where one names an option of the server, or repeats what may be no text. */
function errorText(text: string): string {
  if (text.startsWith(UNSUPPORTED)) return UNSUPPORTED;
  const known = text.replace("(proto-max-bulk-len)", "(--max-value-bytes)");
  // What is not UTF-8 is not repeated as it was.
  return `-${known.replace(/[\x80-\xff]+/g, "?")}`;
}

/** Whether Redis 7.0 does not know what 7.2 and slabkv do: WITHSCORE of the ranks. */
function isNewer(words: Words, redis: Answer): boolean {
  const name = nameOf(words);
  if (words.length !== 4 || name !== "ZRANK" && name !== "ZREVRANK") return false;
  return redis.kind === "-" && redis.text.includes("wrong number of arguments");
}

/** Whether two answers to `words` are the same. */
export function isSame(words: Words, own: Answer, redis: Answer): boolean {
  if (isNewer(words, redis)) return true;
  // The command layer alone lets nobody wait: it answers as inside MULTI.
  if (MOVES.has(nameOf(words)) && own.kind === "$-1" && redis.kind === "*-1") return true;
  if (comparable(words, own) === comparable(words, redis)) return true;
  if (!TIMED.has(nameOf(words)) || own.kind !== ":" || redis.kind !== ":") return false;
  const [a, b] = [Number(own.text), Number(redis.text)];
  return a > MAX_APART && b > MAX_APART && Math.abs(a - b) <= MAX_APART;
}

/** The same answers as far as their shape goes: where chance decides what is in them. */
export function isSameShape(own: Answer, redis: Answer): boolean {
  if (own.kind === "-" || redis.kind === "-") return exactly(own) === exactly(redis);
  if (own.kind !== redis.kind || own.items.length !== redis.items.length) return false;
  return own.items.every((item, i) => isSameShape(item, redis.items[i]!));
}
