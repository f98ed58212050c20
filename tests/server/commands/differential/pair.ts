// slabkv's command layer and a redis-server, which get the same commands. Each has a client of version
// 2 of the protocol and one of version 3. Commands whose outcome is chance are judged by what may come
// out, and their effect is made the same afterwards.

import { checkShardLocked } from "../../../../cache/mod.ts";
import type { ServerCache } from "../../../../server/contract/counters.ts";
import { LocalServer } from "../../../../server/process/local_server.ts";
import { configOf, newCache, newRegion, NOW_MS } from "../../fixture.ts";
import type { RedisConnection, RedisServer } from "../redis_server.ts";
import { Speaker } from "../speaker.ts";
import { type Answer, bytesOf, exactly, readFrom } from "./answer.ts";
import { comparable, isSame, isSameShape, nameOf } from "./compare.ts";
import type { Words } from "./draw.ts";
import { OwnEvents, type RedisEvents } from "./event_feed.ts";

const MEMORY_BYTES = 64 * 2 ** 20;
/** How the members are asked for that a random choice may be made of. */
const ASKED_BY: Readonly<Record<string, string>> = {
  SRANDMEMBER: "SMISMEMBER",
  HRANDFIELD: "HMGET",
  ZRANDMEMBER: "ZMSCORE",
};
const SCANS: ReadonlySet<string> = new Set(["SSCAN", "HSCAN", "ZSCAN", "SCAN"]);
/** What cannot be followed inside EXEC either. */
const UNFIT: ReadonlySet<string> = new Set([
  ...["SPOP", "KEYS", "DUMP", "OBJECT"],
  // May have an option that redis-server 7.0 does not know, and then refuses all.
  ...["ZRANK", "ZREVRANK"],
]);
/** How all of a key is read, by its type. */
const READ_BY: Readonly<Record<string, (key: string) => Words>> = {
  string: (key) => ["GET", key],
  list: (key) => ["LRANGE", key, "0", "-1"],
  set: (key) => ["SMEMBERS", key],
  hash: (key) => ["HGETALL", key],
  zset: (key) => ["ZRANGE", key, "0", "-1", "WITHSCORES"],
  stream: (key) => ["XINFO", "STREAM", key, "FULL", "COUNT", "0"],
};
/** The key that dumps are restored to. */
const RESTORED = "restored";
/** More steps than any of the walks' collections can need. */
const MAX_SCAN_STEPS = 100_000;

/** What both have answered, and whether that is the same. */
export interface Verdict {
  readonly isSame: boolean;
  readonly own: Answer;
  readonly redis: Answer;
}

type Ask = (...words: Words) => Promise<Answer>;

/** The events that are compared, where they are: all but those of keys that are missing. */
export const EVENT_FLAGS = "KEg$lshzxetdnm";

/** The longest key of a server whose --max-key is 256. */
const MAX_KEY_BYTES = 1024;

/** Two servers with the same data. */
export class Pair {
  readonly cache: ServerCache;
  readonly #speakers: readonly Speaker[];
  readonly #connections: readonly RedisConnection[];

  readonly #events: RedisEvents | null;
  readonly #ownEvents: OwnEvents | null;

  private constructor(connections: readonly RedisConnection[], events: RedisEvents | null) {
    this.cache = newCache(newRegion(MEMORY_BYTES), Date.now);
    const server = new LocalServer(configOf(), NOW_MS);
    this.#events = events;
    this.#ownEvents = events === null ? null : new OwnEvents(this.cache, server, EVENT_FLAGS);
    const versions = [2, 3, 2] as const;
    this.#speakers = versions.map((version) => new Speaker(this.cache, server, true, version));
    this.#connections = connections;
  }

  /** Both empty. `connections` speak version 2 and 3; see {@linkcode connect}. With `events`, these have to be the same. */
  static async open(
    connections: readonly RedisConnection[],
    events: RedisEvents | null = null,
  ): Promise<Pair> {
    for (const [i, connection] of connections.entries()) {
      await connection.say("RESET");
      if (i === 1) await connection.exchange(["HELLO", "3"].map(bytesOf), readFrom);
    }
    await connections[2]!.say("FLUSHALL");
    const pair = new Pair(connections, events);
    await pair.#takeEvents();
    return pair;
  }

  /** Connections for any number of pairs, one after the other. The last is for questions of its own. */
  static async connect(redis: RedisServer): Promise<RedisConnection[]> {
    const connections = [await redis.another(), await redis.another(), await redis.another()];
    return connections;
  }

  /** Throws where a shard of slabkv does not keep its invariants. */
  check(): void {
    for (const { memory } of this.cache.shards) checkShardLocked(memory);
  }

  /** What slabkv answers. */
  async askOwn(words: Words, protocol: 2 | 3): Promise<Answer> {
    return await askSpeaker(this.#speakers[protocol - 2]!, words);
  }

  /** What redis-server answers. */
  async askRedis(words: Words, protocol: 2 | 3): Promise<Answer> {
    return (await this.#connections[protocol - 2]!.exchange(words.map(bytesOf), readFrom)).answer;
  }

  /** Asks redis-server beside the conversation, with version 2 of the protocol. */
  async #askBeside(...words: Words): Promise<Answer> {
    return (await this.#connections[2]!.exchange(words.map(bytesOf), readFrom)).answer;
  }

  /** Whether that client's next command is kept for EXEC, where chance cannot be followed. */
  isUnfit(words: Words, protocol: 2 | 3): boolean {
    if (!this.#speakers[protocol - 2]!.session.transaction?.isOpen) return false;
    const name = nameOf(words);
    return name in ASKED_BY || SCANS.has(name) || UNFIT.has(name);
  }

  /** Whether redis-server finds a key among these words that slabkv refuses: an empty one, or one that is too long. */
  async hasBadKey(words: Words): Promise<boolean> {
    if (!words.some(isBadKey)) return false;
    // It says that PFMERGE without a source has no keys.
    if (nameOf(words) === "PFMERGE") return true;
    const keys = await this.#askBeside("COMMAND", "GETKEYS", ...words);
    return keys.items.some(({ text }) => isBadKey(text));
  }

  /** Sends a command to both. */
  async judge(words: Words, protocol: 2 | 3): Promise<Verdict> {
    const own = await this.askOwn(words, protocol);
    const redis = await this.askRedis(words, protocol);
    const events = await this.#takeEvents();
    const verdict = await this.#judgeAnswers(words, protocol, own, redis);
    // What was done to make both the same again caused events, too.
    await this.#takeEvents();
    return verdict.isSame && !events.isSame ? events : verdict;
  }

  /** The events that both have told of since the last call. */
  async #takeEvents(): Promise<Verdict> {
    const mine = this.#ownEvents?.take() ?? [];
    const tell = (...words: Words) => this.#askBeside("PUBLISH", ...words);
    const theirs = await this.#events?.take(tell) ?? [];
    const own = { kind: "events ", text: mine.join(", "), items: [] };
    const redis = { kind: "events ", text: theirs.join(", "), items: [] };
    return { isSame: own.text === redis.text, own, redis };
  }

  async #judgeAnswers(
    words: Words,
    protocol: 2 | 3,
    own: Answer,
    redis: Answer,
  ): Promise<Verdict> {
    const name = nameOf(words);
    if (own.kind === "-" || redis.kind === "-") {
      return { isSame: isSame(words, own, redis), own, redis };
    }
    if (name === "SPOP") return await this.#judgePopped(words, own, redis);
    if (name in ASKED_BY) return await this.#judgeChosen(words, own, redis);
    if (name === "DUMP" && own.kind === "$") return await this.#judgeDump(words[1]!, own, redis);
    if (SCANS.has(name)) return await this.#judgeScan(words, protocol, own, redis);
    return { isSame: isSame(words, own, redis), own, redis };
  }

  /** Members that chance has taken: redis-server gets its own back, and loses those instead. */
  async #judgePopped(words: Words, own: Answer, redis: Answer): Promise<Verdict> {
    const verdict = { isSame: isSameShape(own, redis), own, redis };
    const [mine, theirs] = [own, redis].map(({ kind, text, items }) =>
      kind === "$" ? [text] : items.map((item) => item.text)
    ) as [Words, Words];
    if (!verdict.isSame || mine.length === 0) return verdict;
    await this.#askBeside("SADD", words[1]!, ...theirs);
    const removed = await this.#askBeside("SREM", words[1]!, ...mine);
    return { ...verdict, isSame: removed.text === String(mine.length) };
  }

  /** Members that chance has chosen: all of them must be there, with the values that are answered. */
  async #judgeChosen(words: Words, own: Answer, redis: Answer): Promise<Verdict> {
    const verdict = { isSame: isSameShape(own, redis), own, redis };
    if (!verdict.isSame || own.kind.endsWith("-1") || own.kind === "_") return verdict;
    const hasValues = words.length > 3;
    const entries = own.kind === "$" ? [own] : own.items;
    if (entries.length === 0) return verdict;
    const flat = entries.flatMap((entry) => entry.kind === "*" ? entry.items : [entry])
      .map(({ text }) => text);
    const members = flat.filter((_, i) => !hasValues || i % 2 === 0);
    const values = hasValues ? flat.filter((_, i) => i % 2 === 1) : null;
    const asked = await this.#askBeside(ASKED_BY[nameOf(words)]!, words[1]!, ...members);
    const isThere = asked.items.every(({ kind, text }, i) => {
      if (kind === "_" || kind === "$-1" || (kind === ":" && text === "0")) return false;
      // It answers 0 where ZMSCORE answers -0.
      const isScore = nameOf(words) === "ZRANDMEMBER";
      return values === null || values[i] === (isScore && text === "-0" ? "0" : text);
    });
    const isRepeated = (words[2] ?? "1").startsWith("-");
    const isDistinct = isRepeated || new Set(members).size === members.length;
    return { ...verdict, isSame: isThere && isDistinct };
  }

  /** Each restores what the other has dumped: then it has the same as its own. */
  async #judgeDump(key: string, own: Answer, redis: Answer): Promise<Verdict> {
    const beside = this.#speakers[2]!;
    const toRedis = await this.#askBeside("RESTORE", RESTORED, "0", own.text, "REPLACE");
    const toOwn = await askSpeaker(beside, ["RESTORE", RESTORED, "0", redis.text, "REPLACE"]);
    const type = (await this.#askBeside("TYPE", key)).text;
    const read = READ_BY[type]!;
    const texts = [
      comparable(read(key), await this.#askBeside(...read(key))),
      comparable(read(key), await this.#askBeside(...read(RESTORED))),
      comparable(read(key), await askSpeaker(beside, read(RESTORED))),
    ];
    await this.#askBeside("DEL", RESTORED);
    await askSpeaker(beside, ["DEL", RESTORED]);
    const isSame = texts.every((text) => text === texts[0]);
    return isSame ? { isSame, own, redis } : { isSame, own: toOwn, redis: toRedis };
  }

  /** Goes on to the ends of both walks, whose cursors mean nothing to each other. */
  async #judgeScan(words: Words, protocol: 2 | 3, own: Answer, redis: Answer): Promise<Verdict> {
    const at = nameOf(words) === "SCAN" ? 1 : 2;
    if (words[at] !== "0") return { isSame: own.items.length === redis.items.length, own, redis };
    const size = nameOf(words) === "HSCAN" || nameOf(words) === "ZSCAN" ? 2 : 1;
    const mine = await scanned(words, at, size, own, (...next) => this.askOwn(next, protocol));
    const theirs = await scanned(
      words,
      at,
      size,
      redis,
      (...next) => this.askRedis(next, protocol),
    );
    return { isSame: mine === theirs, own, redis };
  }
}

/** A score by its value: Redis writes whole ones in two ways, and a zero may be below zero. */
function numberText(text: string): string {
  return String(Number(text.replace("inf", "Infinity")));
}

async function askSpeaker(speaker: Speaker, words: Words): Promise<Answer> {
  await speaker.runWords(words.map(bytesOf));
  return speaker.answerAs(readFrom).answer;
}

/** All entries that a walk meets from `first` on, each once, as a text. */
async function scanned(
  words: Words,
  at: number,
  size: number,
  first: Answer,
  ask: Ask,
): Promise<string> {
  const entries = new Set<string>();
  let answer = first;
  for (let step = 0; step < MAX_SCAN_STEPS; step++) {
    const [cursor, page] = answer.items;
    if (cursor === undefined || page === undefined) return exactly(answer);
    for (let i = 0; i < page.items.length; i += size) {
      const shown = page.items.slice(i, i + size).map(exactly);
      if (nameOf(words) === "ZSCAN") shown[1] = numberText(page.items[i + 1]!.text);
      entries.add(shown.join(""));
    }
    if (cursor.text === "0") return [...entries].sort().join("");
    answer = await ask(...words.slice(0, at), cursor.text, ...words.slice(at + 1));
  }
  throw new Error(`No end of ${words.slice(0, 2).join(" ")}: ${comparable(words, answer)}`);
}

function isBadKey(text: string): boolean {
  return text === "" || text.length > MAX_KEY_BYTES;
}
