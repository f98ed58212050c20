// The HTTP benchmarks in their smallest form, so that they cannot rot: every answer is checked, no
// figure is judged. And that wrong answers are found, which no right server shows.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { median, medianOfKnown, throughputRatio } from "../bench/figures.ts";
import { fill } from "../bench/http/fill.ts";
import { floorHit, keySetAt } from "../bench/http/items.ts";
import { type LoadJob, runLoad } from "../bench/http/load.ts";
import { parseOptions } from "../bench/http/options.ts";
import { createTraffic, type Kind } from "../bench/http/traffic.ts";
import { fill as fillServer, verifyHits, verifyWrites } from "../bench/http/verify.ts";
import { markdownTable } from "../bench/report.ts";
import { itemJson, keyName } from "../client/bench/key_set.ts";
import { Verdict } from "../client/bench/traffic.ts";
import { FakeServer, text } from "./client/fixture.ts";

const ITEMS = { keyCount: 200, valueBytes: 64 };
const SET = keySetAt(1, ITEMS);

async function run(...args: string[]): Promise<{ code: number; text: string }> {
  const path = new URL("../bench/http/run.ts", import.meta.url).pathname;
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "-A", path, ...args] });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test("bench:http --tiny compares three servers and finds no wrong answer", async () => {
  const { code, text } = await run("--tiny");
  assertEquals(code, 0, text);
  for (const part of ["| slabkv", "Deno.serve", "/mget", "/mput"]) {
    assert(text.includes(part), text);
  }
});

Deno.test("bench:http --tiny --publish finds every key that was put", async () => {
  const { code, text } = await run("--tiny", "--publish");
  assertEquals(code, 0, text);
});

Deno.test("bench:fill fills a small region twice over without an error", async () => {
  const result = await fill({ memory: "8MiB", connections: 20, times: 2 });
  assert(result.evictions > 0 && result.itemsHeld > 5_000, JSON.stringify(result));
  assertEquals(result.lockTimeouts, 0);
});

/** A traffic of one connection over the items, and a way to answer it. */
function trafficOf(kind: Kind, storesItems = true) {
  const traffic = createTraffic(kind, SET, storesItems, 1);
  return {
    next: () => new TextDecoder().decode(traffic.next(0)),
    answer: (body: string, status = 200) => {
      const bytes = new TextEncoder().encode(body);
      return traffic.check(0, { status, bytes, bodyStart: 0, bodyEnd: bytes.length });
    },
  };
}

const MISS = '{"status":"ERROR","message":"Key not found."}';

/** The numbers of all keys in a request. */
function idsIn(request: string): number[] {
  return [...request.matchAll(/bench-key-(\w{6})/g)].map(([_, digits]) => parseInt(digits!, 36));
}

function hit(id: number, version = 1): string {
  return `{"status":"OK",${itemJson(SET, id, version).slice(1)}`;
}

Deno.test("createTraffic() of reads takes hits of the key for right, and nothing else", () => {
  const { next, answer } = trafficOf("get");
  const table: [(id: number) => string, number, Verdict][] = [
    [(id) => hit(id), 200, Verdict.hit],
    [(id) => hit((id + 1) % 200), 200, Verdict.wrong],
    [(id) => hit(id, 2), 200, Verdict.wrong],
    [() => MISS, 200, Verdict.wrong],
    [(id) => hit(id), 503, Verdict.error],
  ];
  for (const [body, status, expected] of table) {
    const [id] = idsIn(next());
    assertEquals(answer(body(id!), status), expected);
  }
});

Deno.test("createTraffic() draws some keys far more often than others", () => {
  const { next, answer } = trafficOf("get");
  const counts = new Uint32Array(ITEMS.keyCount);
  for (let i = 0; i < 20_000; i++) {
    const [id] = idsIn(next());
    counts[id!]!++;
    assertEquals(answer(hit(id!)), Verdict.hit);
  }
  counts.sort();
  // Zipf(0.9) over 200 keys: the first has 11 % of all, the last 0.1 %.
  assert(counts.at(-1)! > 1500 && counts[0]! < 100, `${counts[0]} to ${counts.at(-1)}`);
});

Deno.test("createTraffic() for the floor accepts its constant besides, and no other", () => {
  const { next, answer } = trafficOf("get", false);
  next();
  assertEquals(answer(floorHit(SET)), Verdict.hit);
  assertEquals(floorHit(SET), hit(0));
  next();
  assertEquals(answer(MISS), Verdict.wrong);
  next();
  assertEquals(answer(floorHit(SET), 500), Verdict.error);
});

Deno.test("createTraffic() compares each length, and each 64th body of an /mget whole", () => {
  const { next, answer } = trafficOf("mget");
  const body = (ids: readonly number[], version: number) =>
    `{"status":"OK","items":[${ids.map((id) => itemJson(SET, id, version))}],"missing":[]}`;
  let wrong = 0;
  for (let i = 0; i < 128; i++) {
    const ids = idsIn(next());
    assertEquals(new Set(ids).size, 100);
    if (answer(body(ids, 2)) === Verdict.wrong) wrong++;
  }
  assertEquals(wrong, 2);
  for (let i = 0; i < 128; i++) assertEquals(answer(body(idsIn(next()), 1)), Verdict.hit);
  assertEquals(answer(body(idsIn(next()).slice(1), 1)), Verdict.wrong);
});

Deno.test("createTraffic() of /mput wants all items stored", () => {
  const { next, answer } = trafficOf("mput");
  assertEquals(idsIn(next()).length, 100);
  assertEquals(answer('{"status":"OK","count":100}'), Verdict.stored);
  next();
  assertEquals(answer('{"status":"OK","count":99}'), Verdict.wrong);
});

Deno.test("runLoad(), verifyHits() and verifyWrites() find a server that loses a key", async () => {
  const items = new Map<string, string>();
  let lost = "";
  await using server = new FakeServer(async (request, path) => {
    if (path === "/put") {
      const { key, value } = await request.json();
      items.set(key, value);
      return text('{"status":"OK","message":"Key inserted/updated successfully."}');
    }
    const key = path.slice("/get?key=".length);
    if (key === lost || !items.has(key)) return text(MISS);
    return text(JSON.stringify({ status: "OK", key, value: items.get(key) }));
  });
  const port = Number(new URL(server.url).port);
  const storesItems = true;
  const asServer = { name: "Map", pid: 0, port, storesItems, hasBatches: false };
  const job = { ...ITEMS, kind: "mix", port, storesItems, connections: 4, seconds: 0.1, rate: 0 };
  await fillServer(asServer, ITEMS);
  await verifyWrites(asServer, ITEMS, 50, 9);
  const right = await runLoad(job as LoadJob);
  assertEquals([right.wrong, right.firstWrong, right.requests > 20], [0, "", true]);
  await verifyHits(asServer, ITEMS, 200, 1);
  lost = keyName(SET.keyPrefix, 7);
  await assertRejects(() => verifyHits(asServer, ITEMS, 200, 1), Error, "Cannot read what was put");
  await assertRejects(() => verifyWrites(asServer, ITEMS, 200, 9), Error, "Key not found.");
  items.clear();
  const wrong = await runLoad(job as LoadJob);
  assert(wrong.wrong > 0 && wrong.firstWrong.includes("Key not found."), wrong.firstWrong);
});

Deno.test("parseOptions() knows two generators and refuses numbers out of bounds", () => {
  assertEquals(parseOptions(["--generator", "own"])?.generator, "own");
  assertEquals(parseOptions(["--generator", "oha"])?.generator, "oha");
  assertEquals(parseOptions([])?.generator, undefined);
  assertEquals(parseOptions(["--help"]), undefined);
  assertThrows(() => parseOptions(["--generator", "wrk"]), RangeError, "expected oha or own");
  assertThrows(() => parseOptions(["--seconds", "0"]), RangeError, "--seconds 0");
});

Deno.test("median() and its kin are right for odd, even and missing figures", () => {
  assertEquals([median([3, 1, 2]), median([4, 1, 3, 2])], [2, 2.5]);
  assertEquals([medianOfKnown([undefined, 5]), medianOfKnown([undefined])], [5, undefined]);
  const rates = (...figures: number[]) => figures.map((perSecond) => ({ perSecond }));
  assertEquals(throughputRatio(rates(10, 30, 8), rates(10, 10, 10)), 1);
});

Deno.test("markdownTable() aligns columns whose title ends with a colon", () => {
  const expected = "| what | figure |\n| --- | ---: |\n| a | 1 |";
  assertEquals(markdownTable(["what", "figure:"], [["a", "1"]]), expected);
});
