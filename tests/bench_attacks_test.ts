// The harness of bench:attacks: it must see a server that misbehaves, every reason in a measurement,
// and the parts of its figures. The attacks themselves run in tests/wire/attacks/.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { get } from "../bench/attacks/rows/http2_frames.ts";
import { frame, TEXT } from "../bench/attacks/rows/websocket_frames.ts";
import { attackOf, ATTACKS } from "../bench/attacks/rows/all.ts";
import { latenciesOf } from "../bench/attacks/latencies.ts";
import { measure, type Measurement, SMALL, type Victim } from "../bench/attacks/measure.ts";
import { touchedKib } from "../bench/attacks/memory_gauge.ts";
import { COLUMNS, rowOf } from "../bench/attacks/table.ts";
import { LENIENT, reasonsOf, STRICT } from "../bench/attacks/verdict.ts";
import { portsOf } from "../bench/attacks/victims.ts";
import { FILES } from "./wire/attacks/attack_tests.ts";

const NOTHING = { samples: [], failed: 0, firstFailure: "" };
const LATENCIES = { p50Ms: 1, p99Ms: 5, maxMs: 9, badSeconds: 0 };
const GOOD: Measurement = {
  peakGrowthMib: 100,
  leftGrowthMib: 50,
  peakOpen: 64,
  latencies: LATENCIES,
  machineP99Ms: 3,
  polite: { requests: NOTHING, bodies: NOTHING, echoes: NOTHING },
  end: undefined,
  drainMs: undefined,
  gauges: { bodyBytes: 0, inFlight: 0 },
  afterwards: "",
  complaints: [],
  opened: 64,
  sentBytes: 1,
  receivedBytes: 1,
  firstAnswer: "",
};
const failing = { ...NOTHING, failed: 2 };
const slow = (p99Ms: number) => ({ latencies: { ...LATENCIES, p99Ms } });

/** What is changed of a good measurement of an attack on turns, and the reasons that it must give. */
const TABLE: readonly (readonly [change: Partial<Measurement>, reasons: string])[] = [
  [{}, ""],
  [{ peakGrowthMib: 129 }, ""],
  [{ peakGrowthMib: 130 }, "grew by 130 of 129 MiB"],
  [{ leftGrowthMib: 65 }, ""],
  [{ leftGrowthMib: 66 }, "66 MiB not given back"],
  [{ peakGrowthMib: undefined, leftGrowthMib: undefined }, ""],
  [slow(28), ""],
  [slow(29), "p99 of 29 ms"],
  [{ latencies: { ...LATENCIES, badSeconds: 2 } }, "p99 over 100 ms for 2 s"],
  [{ polite: { ...GOOD.polite, requests: failing } }, "2 polite requests failed"],
  [{ polite: { ...GOOD.polite, bodies: failing } }, "2 polite bodies failed"],
  [{ end: "exit code 70, bug", gauges: undefined }, "process ended: exit code 70, bug"],
  [{ gauges: { bodyBytes: 5, inFlight: 0 } }, "bodyBytes left: 5"],
  [{ gauges: { bodyBytes: 0, inFlight: -1 } }, "inFlight left: -1"],
  [
    { gauges: undefined, afterwards: "/health: late" },
    "/stats did not answer afterwards; /health: late",
  ],
  [{ afterwards: "/health says 503" }, "afterwards /health says 503"],
  [{ complaints: ["a client was disconnected"] }, "a client was disconnected"],
  [{ opened: 0 }, "the attack did not happen"],
];

Deno.test("reasonsOf() gives every reason, and none of a measurement that keeps the promise", () => {
  for (const [change, reasons] of TABLE) {
    const found = { ...GOOD, ...change };
    assertEquals(reasonsOf({ isAboutTurns: true }, found, STRICT).join("; "), reasons);
    const verdict = rowOf(ATTACKS[0]!, found, reasonsOf({ isAboutTurns: true }, found, STRICT)).at(
      -1,
    );
    assertEquals(verdict, reasons === "" ? "ok" : `OPEN: ${reasons}`);
  }
  const late = { ...GOOD, ...slow(29) };
  assertEquals(reasonsOf({ isAboutTurns: false }, late, STRICT), []);
  assertEquals(reasonsOf({ isAboutTurns: true, maxP99Ms: 5 }, { ...GOOD, ...slow(9) }, STRICT), [
    "p99 of 9 ms",
  ]);
  assertEquals(reasonsOf({ isAboutTurns: true, maxP99Ms: 5 }, late, LENIENT), []);
  const stalled = { ...GOOD, latencies: { ...LATENCIES, maxMs: 2001 } };
  assertEquals(reasonsOf({ isAboutTurns: true }, stalled, LENIENT), ["a wait of 2001 ms"]);
});

Deno.test("reasonsOf() asks of an attack with SIGTERM that the process ends, in time and in order", () => {
  const attack = { isAboutTurns: false, endsServer: true };
  const ended = { ...GOOD, gauges: undefined, end: "exit code 0, stopped" };
  const verdict = (change: Partial<Measurement>) =>
    reasonsOf(attack, { ...ended, ...change }, STRICT).join("; ");
  assertEquals(verdict({ drainMs: 5900 }), "");
  assertEquals(verdict({ drainMs: 6100 }), "SIGTERM took 6.1 s");
  assertEquals(verdict({ end: undefined }), "SIGTERM did not end it");
  assertEquals(verdict({ drainMs: 10, end: "SIGKILL, " }), "ended by SIGKILL, ");
});

/** A server that answers slowly over RESP, refuses bodies, shows what is not there, and says that it is ill. */
function misbehaving(): Victim & AsyncDisposable {
  const http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "PUT") return new Response("full", { status: 503 });
    if (pathname === "/health") return new Response("ill", { status: 503 });
    return Response.json({ workers: [{ bodyBytes: 7, inFlight: 1 }] });
  });
  const resp = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const conn of resp) {
      const answers = new TransformStream<Uint8Array, Uint8Array>({
        async transform(_, controller) {
          await new Promise((resolve) => setTimeout(resolve, 50));
          controller.enqueue(new TextEncoder().encode("$-1\r\n+PONG\r\n"));
        },
      });
      conn.readable.pipeThrough(answers).pipeTo(conn.writable).catch(() => {});
    }
  })();
  return {
    pid: Deno.pid,
    ports: { http: http.addr.port, resp: resp.addr.port, text: 0 },
    regionBytes: 0,
    status: new Promise(() => {}),
    kill: () => {},
    lastWords: () => "",
    [Symbol.asyncDispose]: async () => {
      resp.close();
      await Promise.all([serving, http.shutdown()]);
    },
  };
}

Deno.test("measure() and reasonsOf() find what a misbehaving server does", async () => {
  await using victim = misbehaving();
  const form = { ...SMALL, attackMs: 300, maxGaugeWaitMs: 0 };
  const found = await measure(attackOf("control"), victim, form);
  const reasons = reasonsOf(attackOf("control"), found, STRICT).join("; ");
  assert(/p99 of \d+ ms/.test(reasons), reasons);
  assert(/\d+ polite bodies failed/.test(reasons), reasons);
  assert(reasons.includes("bodyBytes left: 7; inFlight left: 1"), reasons);
  assert(reasons.includes("afterwards /health says 503 ill; a body of 100 KB: 503 full"), reasons);
});

Deno.test("latenciesOf() leaves out what was before, and finds bad seconds after the attack too", () => {
  const at = (dueMs: number, tookMs: number) => ({ dueMs, tookMs });
  const samples = [at(50, 9999), at(100, 1), at(200, 3), at(1100, 101), at(2100, 500), at(4100, 2)];
  assertEquals(latenciesOf(samples, 100, 1000), {
    p50Ms: 1,
    p99Ms: 3,
    maxMs: 500,
    badSeconds: 2,
  });
  assertEquals(latenciesOf([], 0, 1), { p50Ms: 0, p99Ms: 0, maxMs: 0, badSeconds: 0 });
});

Deno.test("touchedKib() finds the region among the mappings of a process", () => {
  const mapping = (range: string, access: string, kib: number) =>
    `${range} ${access} 00000000 00:00 0 \nSize:  1 kB\nRss:   ${kib} kB\nPss:   3 kB\n`;
  const other = mapping("10000-20000", "rw-p", 64);
  const reserved = mapping("100000-10101000", "---p", 7);
  const region = mapping("7f0000000000-7f0010001000", "rw-p", 4242);
  assertEquals(touchedKib(other + reserved + region, 0x10000000), 4242);
  assertEquals(touchedKib(other + reserved, 0x10000000), 0);
});

Deno.test("get() and frame() make frames of HTTP/2 and WebSocket byte for byte", () => {
  const fields = "828604022f610109" + "6c6f63616c686f7374";
  assertEquals(get(3, "/a").toHex(), `000011${"01"}05${"00000003"}${fields}`);
  assertEquals(frame(TEXT, "hi").toHex(), "8182000000006869");
  assertEquals(frame(TEXT, "x".repeat(126), false).toHex().slice(0, 16), "01fe007e00000000");
});

Deno.test("portsOf() and attackOf() find what is named", () => {
  const addresses = ["http://127.0.0.1:1", "redis://127.0.0.1:2"];
  assertEquals(portsOf(addresses), { http: 1, resp: 2, text: 0 });
  assertThrows(() => attackOf("none"), RangeError, "Cannot attack with none");
  assertEquals(new Set(ATTACKS.map(({ name }) => name)).size, ATTACKS.length);
  assertEquals(rowOf(ATTACKS[0]!, GOOD, []).length, COLUMNS.length);
});

Deno.test("every attack is in one of the files that run them", async () => {
  const folder = new URL("wire/attacks/", import.meta.url);
  const files = Array.from(Deno.readDirSync(folder), ({ name }) => name)
    .filter((name) => name.endsWith("_test.ts"));
  const texts = await Promise.all(files.map((name) => Deno.readTextFile(new URL(name, folder))));
  const numbers = texts.map((text) => Number(/^testAttacks\((\d)\);$/m.exec(text)?.[1]));
  assertEquals(numbers.sort(), Array.from({ length: FILES }, (_, i) => i + 1));
});
