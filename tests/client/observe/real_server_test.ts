// The commands that watch a server against a real one: it tells all that they show.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TestServer } from "../../wire/server.ts";
import { run } from "../fixture.ts";
import { lineText } from "../../../client/observe/lines.ts";
import { parseTarget } from "../../../client/target.ts";
import { liveEvents } from "../../../client/observe/facts_reader.ts";
import { TopState, VIEWS } from "../../../client/observe/top_state.ts";
import { topLines } from "../../../client/observe/top_views.ts";

Deno.test("top, hot, big, slow and latency show what a real server tells, with its token alone", async () => {
  await using server = await TestServer.start(["--token", "sesam", "--workers", "2"]);
  const url = `http://127.0.0.1:${server.port}`;
  const env = { SLABKV_URL: url, SLABKV_TOKEN: "sesam" };
  for (let i = 0; i < 5; i++) await run(["put", "hot\x1bkey", "v".repeat(3000)], { env });
  await run(["get", "nosuch"], { env });

  const line = await run(["top", "--count", "1"], { env });
  assertEquals([line.code, line.stderr], [0, ""]);
  assertMatch(
    line.stdout,
    /^20\d\d-\S+Z state=ready requests=\d+ hit_ratio=\S+ p50_us=.* items=1 /,
  );
  assertMatch(line.stdout, / cores=\d+\.\d\d workers=2\n$/);

  const hot = await run(["hot"], { env });
  assertMatch(hot.stdout, /^Of \d+ requests in the last \d+ s\n +SHARE [^]*hot\\x1bkey/);
  const big = await run(["big"], { env });
  assertMatch(big.stdout, /3\.\d\d KiB +2\.93 KiB +never +string +hot\\x1bkey/);
  const slow = await run(["slow"], { env });
  assertMatch(slow.stdout, /^Commands that took 10.0 ms or more/);
  const latency = await run(["latency"], { env });
  assertMatch(latency.stdout, /\nall +\d+ [^]*\nstring +[56] /);
  assertMatch(latency.stdout, /Waits for locks: \d+, [\d.]+ ms in all\nEvent loops are behind by/);
  for (const { code, stderr } of [hot, big, slow, latency]) assertEquals([code, stderr], [0, ""]);

  const diagnosis = await run(["diagnose"], { env });
  assertEquals(diagnosis.stderr, "");
  assertMatch(
    diagnosis.stdout,
    diagnosis.code === 0
      ? /^(Nothing is wrong|info: )/
      : /^(warning|critical): [^]*\n\nLooked at the last \d+ s\. These rules found nothing: /,
  );

  const refused = await run(["hot"], { env: { SLABKV_URL: url } });
  assertEquals(refused.code, 2);
  assertStringIncludes(refused.stderr, "answered 401");
  const refusedTop = await run(["top"], { env: { SLABKV_URL: url } });
  assertEquals(refusedTop.code, 2);
  assertStringIncludes(refusedTop.stderr, "answered 401");
});

Deno.test("top's views can show all that a real server tells", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await using server = await TestServer.start(["--data-dir", dir]);
    const target = parseTarget(`http://127.0.0.1:${server.port}`)!;
    const access = { target, token: undefined, timeoutMs: 5000, caCerts: [] };
    const end = new AbortController();
    const state = new TopState(target.url);
    for await (const facts of liveEvents(access, end.signal)) {
      state.take(facts);
      end.abort();
    }
    for (const view of VIEWS) {
      state.view = view;
      const text = topLines(state, { columns: 120, rows: 50 }).map(lineText).join("\n");
      assertEquals(/NaN|undefined|\[object/.exec(text), null, text);
      assert(view !== "overview" || text.includes("no snapshot yet"), text);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
