// Random conversations of several clients, many of whom wait, held with a redis-server and with this one of one worker at
// the same time: who is answered what is the same after each command.

import { assertEquals } from "@std/assert";
import { Random } from "../../../bench/workload.ts";
import { hasRedis, RedisServer } from "../../server/commands/redis_server.ts";
import { seedsOf } from "../../proof/model.ts";
import { TestServer, until } from "../server.ts";
import { blockedCount, Talker } from "./conversation.ts";

const CLIENTS = 7;
const STEPS = 400;
/** Longer than a walk takes, all of which somebody may wait. */
const WALK_MS = 100_000;
const NAMES = ["a", "b", "c"];

/** One side of a walk: the clients of one server. */
class Side implements Disposable {
  readonly #control: Talker;
  readonly #clients: Talker[];
  readonly ids: string[] = [];
  /** Who has been sent something and not been answered. */
  readonly #open = new Set<number>();
  readonly #answers = new Map<number, string[]>();

  private constructor(control: Talker, clients: Talker[]) {
    this.#control = control;
    this.#clients = clients;
  }

  static async open(port: number): Promise<Side> {
    const talkers: Talker[] = [];
    for (let i = 0; i <= CLIENTS; i++) talkers.push(await Talker.open(port, WALK_MS));
    const side = new Side(talkers[0]!, talkers.slice(1));
    for (const client of talkers.slice(1)) side.ids.push((await client.say("CLIENT ID")).slice(1));
    return side;
  }

  /** Sends lines; returns who has been answered what since, once all others wait. */
  async step(client: number, lines: readonly string[]): Promise<string> {
    this.#answers.clear();
    this.#open.add(client);
    const talker = this.#clients[client]!;
    await talker.send(...lines);
    (async () => {
      const found: string[] = [];
      for (let i = 0; i < lines.length; i++) found.push(await talker.receive());
      this.#answers.set(client, found);
      this.#open.delete(client);
    })();
    await until("the others wait", async () => {
      const before = this.#open.size;
      const count = await blockedCount(this.#control);
      // An answer that came meanwhile may make up for a command that has not run.
      return before === count && this.#open.size === before;
    });
    return JSON.stringify([...this.#answers].sort(([a], [b]) => a - b));
  }

  /** Who waits. */
  get waiting(): ReadonlySet<number> {
    return this.#open;
  }

  [Symbol.dispose](): void {
    for (const talker of [this.#control, ...this.#clients]) talker.close();
  }
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.below(from.length)]!;
}

/** A command that may wait. */
function waitingLine(random: Random): string {
  const [one, two] = [pick(random, NAMES), pick(random, NAMES)];
  const end = () => pick(random, ["LEFT", "RIGHT"]);
  return pick(random, [
    () => `BLPOP ${one} 0`,
    () => `BRPOP ${one} ${two} 0`,
    () => `BLPOP ${one} ${two} c 0`,
    () => `BLMOVE ${one} ${two} ${end()} ${end()} 0`,
    () => `BRPOPLPUSH ${one} ${two} 0`,
    () => `BLMPOP 0 2 ${one} ${two} ${end()} COUNT ${1 + random.below(3)}`,
    () => `BZPOPMIN ${one} ${two} 0`,
    () => `BZPOPMAX ${one} 0`,
    () => `BZMPOP 0 2 ${one} ${two} ${pick(random, ["MIN", "MAX"])} COUNT ${1 + random.below(3)}`,
  ])();
}

/**
 * A command that answers at once. None puts a list in the place of a sorted set, or the other way round, as ZUNIONSTORE and
 * SORT can: redis-server 7.0 then forgets those who wait.
 */
function plainLine(random: Random, number: number): string {
  const [one, two] = [pick(random, NAMES), pick(random, NAMES)];
  const push = () => {
    const values = Array.from({ length: 1 + random.below(4) }, (_, i) => `${number}.${i}`);
    return `${pick(random, ["LPUSH", "RPUSH"])} ${one} ${values.join(" ")}`;
  };
  const add = () => `ZADD ${one} ${random.below(9)} m${number} ${random.below(9)} n${number}`;
  return pick(random, [
    push,
    push,
    push,
    add,
    add,
    () => `LMOVE ${one} ${two} LEFT RIGHT`,
    () => `RENAME ${one} ${two}`,
    () => `COPY ${one} ${two} REPLACE`,
    () => `DEL ${one}`,
    () => `SET ${one} text`,
    () => `LPOP ${one}`,
    () => `ZPOPMIN ${one}`,
    () => `LINSERT ${one} BEFORE x y`,
    () => `TYPE ${one}`,
  ])();
}

async function walk(sides: readonly [Side, Side], seed: number): Promise<void> {
  const random = new Random(seed);
  const said: string[] = [];
  for (let number = 0; number < STEPS; number++) {
    const idle = Array.from({ length: CLIENTS }, (_, i) => i).filter((i) =>
      !sides[0].waiting.has(i)
    );
    const client = pick(random, idle);
    let lines: readonly string[];
    const roll = random.below(20);
    if (idle.length > 1 && roll < 9) lines = [waitingLine(random)];
    else if (roll < 17) lines = [plainLine(random, number)];
    else if (roll < 19) {
      const inner = Array.from(
        { length: 1 + random.below(4) },
        (_, i) =>
          random.below(4) === 0 ? waitingLine(random) : plainLine(random, 10_000 + 10 * number + i),
      );
      lines = ["MULTI", ...inner, "EXEC"];
    } else {lines = [
        `CLIENT UNBLOCK $${random.below(CLIENTS)} ${pick(random, ["TIMEOUT", "ERROR"])}`,
      ];}
    said.push(`${client}: ${lines.join("; ")}`);
    const answers = await Promise.all(
      sides.map((side) =>
        side.step(client, lines.map((line) => line.replace(/\$(\d)/, (_, i) => side.ids[i]!)))
      ),
    );
    assertEquals(answers[0], answers[1], `seed ${seed}, after\n${said.slice(-25).join("\n")}`);
  }
}

Deno.test({
  name: "random clients that wait are answered as by redis-server",
  ignore: !await hasRedis(),
  fn: async () => {
    await using redis = await RedisServer.start();
    await using server = await TestServer.start(["--resp-port", "0"]);
    const addresses = server.event("start")!.addresses as string[];
    const port = Number(/\d+$/.exec(addresses.find((each) => each.startsWith("redis:"))!)![0]);
    for (const seed of seedsOf(1, 2)) {
      for (const each of [redis.port, port]) {
        using control = await Talker.open(each);
        await control.say("FLUSHALL");
        await until("nobody waits", async () => await blockedCount(control) === 0);
      }
      using ofRedis = await Side.open(redis.port);
      using ours = await Side.open(port);
      await walk([ofRedis, ours], seed);
    }
  },
});
