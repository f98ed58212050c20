// Random clients that subscribe, unsubscribe and publish, in both versions of the protocol, sent the same to slabkv and
// to a redis-server: the answers of each step and all messages that it brings must be the same.

import { assertEquals } from "@std/assert";
import { Random } from "../../../bench/workload.ts";
import { hasRedis, RedisServer } from "../../server/commands/redis_server.ts";
import { respPort, TestServer } from "../server.ts";
import { Talker, type Value } from "./talker.ts";

const CLIENTS = 5;
const STEPS = 400;
const NAMES = ["a", "b", "ab", "", "é", "news:1", "news:2"];
const PATTERNS = ["*", "a*", "[ab]", "news:?", "a", "*:*", "\\*", "?*b", "[^a]*", ""];
const ONE_WORD = ["SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE"];
const OTHERS = ["UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE"];

class Draw {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  below(count: number): number {
    return Math.floor(this.#random.nextFloat() * count);
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  some(list: readonly string[], least: number): string[] {
    return Array.from({ length: least + this.below(3) }, () => this.of(list));
  }

  command(): string[] {
    const kind = this.below(20);
    const name = this.of(kind < 7 ? ONE_WORD : OTHERS);
    const names = name.startsWith("P") ? PATTERNS : NAMES;
    if (kind < 7) return [name, ...this.some(names, 1)];
    if (kind < 10) return [name, ...this.some(names, 1)];
    if (kind === 10) return [name];
    if (kind < 15) {
      return [
        this.of(["PUBLISH", "PUBLISH", "SPUBLISH"]),
        this.of(NAMES),
        this.of(["", "x", "é\r\n"]),
      ];
    }
    if (kind === 15) return ["PUBSUB", this.of(["NUMSUB", "SHARDNUMSUB"]), ...this.some(NAMES, 0)];
    if (kind === 16) {
      return ["PUBSUB", this.of(["CHANNELS", "SHARDCHANNELS"]), ...this.some(PATTERNS, 0)];
    }
    if (kind === 17) {
      return this.of([["PUBSUB", "NUMPAT"], ["PING"], ["PING", "p"], ["GET", "k"], ["PUBSUB"]]);
    }
    if (kind === 18) return this.of([["EXEC"], ["RESET"], ["HELLO", "3"], ["SET", "k", "v"]]);
    return this.of([["HELLO", "3"], ["HELLO", "2"], ["SUBSCRIBE"], ["PUBLISH", "a"], [
      "CLIENT",
      "LIST",
      "TYPE",
      "x",
    ]]);
  }
}

/** What one server has answered to a step, and sent to whom. */
type Heard = readonly (readonly Value[])[];

/** The clients of one server. */
class Side {
  readonly #clients: Talker[] = [];

  static async open(port: number): Promise<Side> {
    const side = new Side();
    for (let i = 0; i < CLIENTS; i++) side.#clients.push(await Talker.open(port, i < 3 ? 2 : 3));
    return side;
  }

  /** Has a client say something; then everybody's values up to the answer of a PING. */
  async step(client: number, words: readonly string[], mark: string): Promise<Heard> {
    await this.#clients[client]!.send(words);
    const first = await this.#clients[client]!.drain(mark);
    const heard: Value[][] = [];
    for (const [i, talker] of this.#clients.entries()) {
      const more = await talker.drain(mark);
      heard.push(i === client ? [...first, ...more] : more);
    }
    return heard;
  }

  close(): void {
    for (const client of this.#clients) client[Symbol.dispose]();
  }
}

/** A value without what the two servers need not agree on: HELLO's server, and the order of names in a list. */
function comparable(value: Value, words: readonly string[]): string {
  if (typeof value === "string") return value;
  if (value.includes("$modules")) return "HELLO";
  const isList = words[0] === "PUBSUB" && words[1]?.endsWith("CHANNELS");
  return JSON.stringify(isList ? [value[0], ...value.slice(1).toSorted()] : value);
}

/**
 * What a client was sent in one step. Which of two patterns comes first nobody promises, nor in which order a client
 * without names unsubscribes; and what a client publishes to itself comes before the answer in Redis, here behind it.
 */
function sorted(values: readonly Value[], words: readonly string[]): string[] {
  const texts = values.map((value) => comparable(value, words));
  const isUnnamed = words.length === 1 && words[0]!.includes("UNSUBSCRIBE");
  if (!isUnnamed) return texts.sort();
  return texts.map((text) => text.replace(/"\$(?!\w*unsubscribe)[^"]*"/, "name")).sort();
}

for (const seed of [1, 2, 3]) {
  Deno.test(`random clients hear the same of each other as from redis-server, seed ${seed}`, async () => {
    if (!await hasRedis()) return console.log("skipped: no redis-server");
    // Of several workers one hears of the other's messages a moment later: workers_test.ts is about that.
    await using server = await TestServer.start(["--workers", "1", "--resp-port", "0"]);
    await using redis = await RedisServer.start();
    const [own, theirs] = [await Side.open(respPort(server)), await Side.open(redis.port)];
    const draw = new Draw(seed);
    const said: string[] = [];
    try {
      for (let step = 0; step < STEPS; step++) {
        const client = draw.below(CLIENTS);
        const words = draw.command();
        said.push(`${client} ${words.map((word) => JSON.stringify(word)).join(" ")}`);
        const mark = `mark ${step}`;
        const [ours, wanted] = [
          await own.step(client, words, mark),
          await theirs.step(client, words, mark),
        ];
        for (let i = 0; i < CLIENTS; i++) {
          assertEquals(
            sorted(ours[i]!, words),
            sorted(wanted[i]!, words),
            said.slice(-12).join("\n"),
          );
        }
      }
    } finally {
      own.close();
      theirs.close();
    }
  });
}
