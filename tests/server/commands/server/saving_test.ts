// SAVE, BGSAVE, BGREWRITEAOF, LASTSAVE and SHUTDOWN: the same conversation with this server's commands
// and with a redis-server. Each snapshot takes until the test lets it end; there it takes a while.

import { assertEquals } from "@std/assert";
import type {
  SnapshotAnswer,
  SnapshotQuestion,
  SnapshotSummary,
} from "../../../../server/contract/server.ts";
import { Snapshots } from "../../../../server/disk/snapshots.ts";
import { LocalServer } from "../../../../server/process/local_server.ts";
import { configOf, newCache, NOW_MS } from "../../fixture.ts";
import { hasRedis, RedisServer } from "../redis_server.ts";
import { Speaker } from "../speaker.ts";

/** A worker whose main is a set of snapshots. */
class SavingServer extends LocalServer {
  readonly begun: PromiseWithResolvers<SnapshotSummary>[] = [];
  readonly stops: boolean[] = [];
  readonly #snapshots = new Snapshots({
    make: () => {
      const one = Promise.withResolvers<SnapshotSummary>();
      this.begun.push(one);
      return one.promise;
    },
    position: () => 0,
    dataBytes: () => 0,
    everyMs: 0,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    now: () => 0,
  }, 0);

  constructor() {
    super(configOf("--data-dir", "/nowhere"), NOW_MS);
  }

  override snapshot(question: SnapshotQuestion): Promise<SnapshotAnswer> {
    return this.#snapshots.ask(question);
  }

  override snapshotSoon(): void {
    void this.#snapshots.ask({ how: "wait" });
  }

  override shutdown(saves: boolean): void {
    this.stops.push(saves);
  }

  /** Lets all end, and those that follow. */
  async end(): Promise<void> {
    while (this.begun.length > 0) {
      this.begun.shift()!.resolve({ items: 0, bytes: 0, seconds: 0 });
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
}

/** Conversations; between two of them all snapshots end. */
const TALKS: readonly (readonly (readonly [line: string, answer: string])[])[] = [
  [
    ["BGSAVE", "+Background saving started"],
    ["BGSAVE", "-ERR Background save already in progress"],
    ["BGSAVE SCHEDULE", "-ERR Background save already in progress"],
    ["SAVE", "-ERR Background save already in progress"],
    ["BGREWRITEAOF", "+Background append only file rewriting scheduled"],
    ["BGREWRITEAOF", "+Background append only file rewriting scheduled"],
  ],
  [
    ["BGREWRITEAOF", "+Background append only file rewriting started"],
    ["BGREWRITEAOF", "-ERR Background append only file rewriting already in progress"],
    [
      "BGSAVE",
      "-ERR Another child process is active (AOF?): can't BGSAVE right now. " +
      "Use BGSAVE SCHEDULE in order to schedule a BGSAVE whenever possible.",
    ],
    ["BGSAVE SCHEDULE", "+Background saving scheduled"],
  ],
  [
    ["MULTI", "+OK"],
    ["BGSAVE", "+QUEUED"],
    ["BGREWRITEAOF", "+QUEUED"],
    [
      "EXEC",
      "[+Background saving scheduled, +Background append only file rewriting scheduled]",
    ],
  ],
  [
    ["MULTI", "+OK"],
    ["SAVE", "-ERR Command not allowed inside a transaction"],
    ["DISCARD", "+OK"],
    ["SAVE x", "-ERR wrong number of arguments for 'save' command"],
    ["BGSAVE x", "-ERR syntax error"],
    ["BGREWRITEAOF x", "-ERR wrong number of arguments for 'bgrewriteaof' command"],
  ],
];

Deno.test("commands that save answer as Redis does, one snapshot at a time", async () => {
  const server = new SavingServer();
  const speaker = new Speaker(newCache(), server);
  for (const talk of TALKS) {
    for (const [line, answer] of talk) assertEquals(await speaker.say(line), answer, line);
    await server.end();
  }
  const saved = speaker.say("SAVE");
  await server.end();
  assertEquals(await saved, "+OK");
  const failing = speaker.say("SAVE");
  server.begun.shift()!.reject(new Error("No space left on device (os error 28)"));
  assertEquals(
    await failing,
    "-ERR Cannot make a snapshot: No space left on device (os error 28)",
  );
});

Deno.test({
  name: "the conversations about saving are those of redis-server",
  ignore: !await hasRedis(),
  fn: async () => {
    const dir = await Deno.makeTempDir();
    try {
      await using redis = await RedisServer.start("--dir", dir, "--rdb-key-save-delay", "20000");
      for (let i = 0; i < 10; i++) await redis.say(`SET k${i} v`);
      for (const talk of TALKS) {
        for (const [line, answer] of talk) assertEquals(await redis.say(line), answer, line);
        for (;;) {
          const state = await redis.say("INFO persistence");
          if (!/(in_progress|scheduled):1/.test(state)) break;
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
      assertEquals(await redis.say("SAVE"), "+OK");
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

Deno.test("without --data-dir commands that save name it, and SHUTDOWN takes NOSAVE alone", async () => {
  const server = new LocalServer(configOf(), NOW_MS);
  const speaker = new Speaker(newCache(), server);
  const refusal = "-ERR this server keeps nothing on disk, start it with --data-dir";
  for (const line of ["SAVE", "BGSAVE", "BGSAVE SCHEDULE", "BGREWRITEAOF", "SHUTDOWN SAVE"]) {
    assertEquals(await speaker.say(line), refusal, line);
  }
  assertEquals(await speaker.say("LASTSAVE"), ":1700000000");
  assertEquals(await speaker.say("SHUTDOWN NOSAVE"), "+OK");
});

Deno.test("SHUTDOWN saves unless it is told not to", async () => {
  const server = new SavingServer();
  const speaker = new Speaker(newCache(), server);
  for (
    const line of ["SHUTDOWN", "SHUTDOWN SAVE", "SHUTDOWN NOSAVE", "SHUTDOWN NOSAVE NOW FORCE"]
  ) {
    assertEquals(await speaker.say(line), "+OK", line);
  }
  assertEquals(server.stops, [true, true, false, false]);
});

Deno.test("CONFIG tells of the data dir, and leaves it as it was at the start", async () => {
  const speaker = new Speaker(newCache(), new SavingServer());
  const cannot = "-ERR CONFIG SET failed (possibly related to argument";
  const table: [string, string][] = [
    ["CONFIG GET appendonly", '["appendonly", "yes"]'],
    ["CONFIG GET appendfsync", '["appendfsync", "everysec"]'],
    ["CONFIG GET dir", '["dir", "/nowhere"]'],
    ["CONFIG SET appendfsync everysec appendonly yes", "+OK"],
    [
      "CONFIG SET appendfsync always",
      `${cannot} 'appendfsync') - can't set immutable config: see --fsync`,
    ],
    [
      "CONFIG SET appendonly no",
      `${cannot} 'appendonly') - can't set immutable config: see --data-dir`,
    ],
  ];
  for (const [line, answer] of table) assertEquals(await speaker.say(line), answer, line);
});
