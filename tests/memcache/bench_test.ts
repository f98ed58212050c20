// The benchmark of memcached's protocols in its tiny form, so that it cannot rot, and that wrong answers end it.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { batchesOf, KINDS, load } from "../../bench/memcache/load.ts";
import { benchmark, TINY } from "../../bench/memcache/run.ts";

Deno.test("benchmark() in its tiny form loads slabkv in every way", async () => {
  const lines = await benchmark(TINY);
  const own = lines.filter((line) => line.includes("| slabkv |"));
  assertEquals(own.map((line) => line.split(" | ")[0]), KINDS.map((kind) => `| ${kind}`));
  // CPU time counts in steps of 10 ms, so that of a short load may be none.
  for (const line of own) assert(/^\d+$/.test(line.split(" | ")[2]!), line);
});

Deno.test("load() rejects a server whose answers are wrong", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const served = (async () => {
    using conn = await listener.accept();
    await conn.read(new Uint8Array(65536));
    await conn.write(new TextEncoder().encode("ERROR\r\n"));
  })();
  await assertRejects(
    () => load(port, "get", batchesOf("get", 10, 1), 1, 50),
    Error,
    "Wrong answer from byte 0 on",
  );
  await served;
});
