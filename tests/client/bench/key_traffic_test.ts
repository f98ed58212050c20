// KeyTraffic.check(): which answers are right, given what was sent before.

import { assertEquals } from "@std/assert";
import { hitVersion, KeyTraffic, type TrafficShape } from "../../../client/bench/key_traffic.ts";
import { createMessages } from "../../../client/bench/messages.ts";
import { StampedValues } from "../../../client/bench/stamped_value.ts";
import { Verdict } from "../../../client/bench/traffic.ts";
import { parseTarget } from "../../../client/target.ts";

const access = { target: parseTarget("http://h:1/p")!, token: "t", timeoutMs: 1, caCerts: [] };
const values = new StampedValues(20);
const stored = '{"status":"OK","message":"Key inserted/updated successfully."}';
const miss = '{"status":"ERROR","message":"Key not found."}';

/** Traffic on one key, and a way to answer it. */
function createTraffic(
  readPercent: number,
  routes: "json" | "raw" = "json",
  more: Partial<TrafficShape> = {},
) {
  const messages = createMessages(access, routes, "b-", values.valueBytes);
  const traffic = new KeyTraffic(messages, values, { keys: 1, readPercent, seed: 1, ...more }, 3);
  return {
    messages,
    next: (slot: number) => new TextDecoder().decode(traffic.next(slot)),
    answer: (slot: number, body: string, status = 200) => {
      const bytes = new TextEncoder().encode(`head${body}`);
      return traffic.check(slot, { status, bytes, bodyStart: 4, bodyEnd: bytes.length });
    },
  };
}

function valueOf(version: number, id = 0): string {
  const bytes = new Uint8Array(20);
  values.write(bytes, 0, id, version);
  return new TextDecoder().decode(bytes);
}

function hit(version: number, key = "b-000000"): string {
  return `{"status":"OK","key":"${key}","value":"${valueOf(version)}"}`;
}

Deno.test("KeyTraffic sends the requests of docs/api.md", () => {
  const head = "host: h:1\r\nauthorization: Bearer t\r\n";
  const body = `{"key":"b-000000","value":"${valueOf(2)}"}`;
  const length = `content-length: ${body.length}\r\n`;
  assertEquals(createTraffic(100).next(0), `GET /p/get?key=b-000000 HTTP/1.1\r\n${head}\r\n`);
  assertEquals(createTraffic(0).next(0), `POST /p/put HTTP/1.1\r\n${head}${length}\r\n${body}`);
  const raw = `content-length: 20\r\n\r\n${valueOf(2)}`;
  const line = "PUT /p/store/b-000000 HTTP/1.1\r\n";
  assertEquals(createTraffic(0, "raw").next(0), `${line}${head}${raw}`);
});

Deno.test("KeyTraffic.check() accepts what was put, misses, and nothing else", () => {
  const { next, answer } = createTraffic(100);
  const table: [string, number, Verdict][] = [
    [hit(1), 200, Verdict.hit],
    [miss, 200, Verdict.miss],
    [miss, 404, Verdict.miss],
    [hit(2), 200, Verdict.wrong], // never sent
    [hit(1, "b-000001"), 200, Verdict.wrong],
    [hit(1).replace("OK", "KO"), 200, Verdict.wrong],
    [`${hit(1)} `, 200, Verdict.wrong],
    [hit(1), 201, Verdict.wrong],
    ["", 200, Verdict.wrong],
    ["busy", 503, Verdict.error],
    [hit(1), 500, Verdict.error],
  ];
  for (const [body, status, expected] of table) {
    next(0);
    assertEquals(answer(0, body, status), expected, body);
  }
});

Deno.test("KeyTraffic.check() judges the raw routes too", () => {
  const { next, answer } = createTraffic(100, "raw");
  const table: [string, number, Verdict][] = [
    [valueOf(1), 200, Verdict.hit],
    [valueOf(1, 1), 200, Verdict.wrong],
    ["No value found for key", 404, Verdict.miss],
    ["No value found for key", 200, Verdict.wrong],
    ["Not here", 404, Verdict.error],
  ];
  for (const [body, status, expected] of table) {
    next(0);
    assertEquals(answer(0, body, status), expected, body);
  }
});

Deno.test("KeyTraffic.check() finds a version that was overwritten for certain", () => {
  // The seed gives slot 0 writes and the others reads of the same key.
  const { next, answer } = createTraffic(50);
  const until = (slot: number, verb: string) => {
    for (;;) {
      const isRead = next(slot).startsWith("GET");
      if (isRead === (verb === "GET")) return;
      assertEquals(answer(slot, isRead ? miss : stored), isRead ? Verdict.miss : Verdict.stored);
    }
  };
  const version = (request: string) => parseInt(/"value":"\w{6}(\w{6})/.exec(request)![1]!, 36);
  let put = "";
  while (!(put = next(0)).startsWith("POST")) answer(0, miss);
  const latest = version(put);
  until(1, "GET"); // under way while the put is: may find what was before, or the put
  assertEquals(answer(0, stored), Verdict.stored);
  assertEquals(answer(1, hit(latest)), Verdict.hit);
  until(1, "GET"); // begins after the put was answered
  assertEquals(answer(1, hit(latest - 1)), Verdict.wrong);
  until(1, "GET");
  assertEquals(answer(1, hit(latest + 100)), Verdict.wrong);
  until(0, "POST");
  assertEquals(answer(0, "{}"), Verdict.wrong);
  until(0, "POST");
  assertEquals(answer(0, "{}", 503), Verdict.error);
});

Deno.test("KeyTraffic.check() lets either of two puts at once win", () => {
  const { next, answer } = createTraffic(0);
  next(0);
  next(1); // while the first is under way
  assertEquals(answer(1, stored), Verdict.stored);
  assertEquals(answer(0, stored), Verdict.stored);
});

Deno.test("KeyTraffic.check() takes no miss for right where nothing is evicted", () => {
  const { next, answer } = createTraffic(100, "json", { mustHit: true });
  next(0);
  assertEquals(answer(0, miss), Verdict.wrong);
  next(0);
  assertEquals(answer(0, hit(1)), Verdict.hit);
});

Deno.test("KeyTraffic.check() lets keys miss that were not put, until a put was answered", () => {
  const { next, answer } = createTraffic(50, "json", { mustHit: true, firstVersion: 0 });
  const until = (slot: number, verb: string) => {
    // Those in between are refused, which settles nothing.
    while (!next(slot).startsWith(verb)) assertEquals(answer(slot, "", 503), Verdict.error);
  };
  until(2, "GET");
  assertEquals(answer(2, miss), Verdict.miss);
  until(2, "GET");
  assertEquals(answer(2, hit(0)), Verdict.wrong);
  until(0, "POST");
  until(1, "POST"); // while the first is under way, so that either may win
  until(2, "GET"); // while both are
  assertEquals(answer(1, stored), Verdict.stored);
  assertEquals(answer(2, miss), Verdict.miss);
  until(2, "GET");
  assertEquals(answer(2, miss), Verdict.wrong);
});

Deno.test("KeyTraffic asks for keys in the order that it is given, over and over", () => {
  const keyOrder = Uint32Array.of(2, 0, 35);
  const { next } = createTraffic(100, "json", { keys: 36, keyOrder });
  const asked = Array.from({ length: 5 }, () => /b-\w+/.exec(next(0))![0]);
  assertEquals(asked, ["b-000002", "b-000000", "b-00000z", "b-000002", "b-000000"]);
});

Deno.test("hitVersion() reads the version of a whole hit, and -1 of anything else", () => {
  const { messages } = createTraffic(100);
  const read = (body: string) => {
    const bytes = new TextEncoder().encode(body);
    const answer = { status: 200, bytes, bodyStart: 0, bodyEnd: bytes.length };
    return hitVersion(messages, values, 0, answer);
  };
  assertEquals(read(hit(7)), 7);
  assertEquals([miss, hit(7, "b-000001"), hit(7).slice(1), ""].map(read), [-1, -1, -1, -1]);
});
