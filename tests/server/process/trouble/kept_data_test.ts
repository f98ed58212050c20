// A worker in trouble, and a data dir: what was answered is back after the next start. A worker that hangs ends the
// process with 70. One that ends with a lock held and a place taken in the log is replaced; others go on,
// its shard is emptied, and the log can be read.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { hashKey } from "../../../../cache/mod.ts";
import { TestServer, until } from "../../../wire/server.ts";
import { SOME_PUTS } from "./troubled_server.ts";
import { NOTICE_MS, TroubledServer } from "./troubled.ts";

const options = { ignore: Deno.build.os !== "linux" };
const encoder = new TextEncoder();

function dataOptions(folder: string): string[] {
  return ["--data-dir", folder, "--log-memory", "1MiB"];
}

/** A region of 16 MiB has eight shards. */
function shardOf(key: string): number {
  const bytes = encoder.encode(key);
  return hashKey(bytes, 0, bytes.length) & 7;
}

/** So many are asked at once, since some connections are taken by a worker that does not answer. */
const PUTS_AT_ONCE = 16;

/** Puts keys until `isEnough` holds, each over a connection of its own. Returns those that were answered. */
async function putMany(
  server: TroubledServer,
  prefix: string,
  isEnough: (count: number) => boolean,
): Promise<string[]> {
  const kept: string[] = [];
  for (let from = 0; !isEnough(kept.length); from += PUTS_AT_ONCE) {
    const keys = Array.from({ length: PUTS_AT_ONCE }, (_, i) => `${prefix}${from + i}`);
    const statuses = await Promise.all(keys.map((key) => server.put(key, `value of ${key}`)));
    kept.push(...keys.filter((_, i) => statuses[i] === 200));
  }
  return kept;
}

/** Which of the keys a server that is started with the folder has not. */
async function missingAfterStart(folder: string, keys: readonly string[]): Promise<string[]> {
  const args = [...dataOptions(folder), "--memory", "16MiB"];
  await using server = await TestServer.start(args);
  const missing: string[] = [];
  using client = await server.connect();
  await until("it has loaded", async () => (await client.ask("GET /ready")).status === 200);
  for (const key of keys) {
    const { text } = await client.ask(`GET /get?key=${key}`);
    if (text !== `{"status":"OK","key":"${key}","value":"value of ${key}"}`) missing.push(key);
  }
  return missing;
}

Deno.test(
  "a worker that hangs ends the process with 70, and the data are back",
  options,
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      await using server = new TroubledServer("hangs after some puts", dataOptions(folder));
      await until("it serves", async () => await server.ask() === 200, NOTICE_MS);
      const keys = await putMany(server, "a", (count) => count >= SOME_PUTS);
      // Until it is noticed, the other worker goes on with all shards but one.
      const more = await putMany(server, "b", () => server.code !== undefined);
      assertEquals(await server.ended(), 70);
      assertStringIncludes(server.text, "worker 2 has not moved for 5 s, giving up");
      assert(more.length > 20, `${more.length} puts beside a worker that hangs`);
      // What was answered last may not have been written.
      const lost = await missingAfterStart(folder, [...keys, ...more.slice(0, -PUTS_AT_ONCE)]);
      assertEquals(lost, []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test(
  "a worker that ends with a lock held and a place in the log taken costs one shard",
  options,
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      const trouble = "ends in the log after some puts";
      await using server = new TroubledServer(trouble, dataOptions(folder));
      await until("it serves", async () => await server.ask() === 200, NOTICE_MS);
      const before = await putMany(server, "a", (count) => count >= SOME_PUTS);
      const again = "worker 2 failed and is started again: ";
      await until("it is replaced", () => server.text.includes(again), NOTICE_MS);
      await until("its lock is free", async () => await server.ask() === 200, NOTICE_MS);
      const after = await putMany(server, "b", (count) => count >= SOME_PUTS);
      server.stop();
      assertEquals(await server.ended(), 0);
      const lost = await missingAfterStart(folder, [...before, ...after]);
      const ofTheShard = before.filter((key) => shardOf(key) === shardOf("k"));
      assert(ofTheShard.length > 5);
      assertEquals(lost, ofTheShard);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
