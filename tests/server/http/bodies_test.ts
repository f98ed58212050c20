// Bodies: admitted by declared length against all limits, counted while they are read and not after,
// refused when they take too long or grow too large. Requests here never arrive until told to.

import { assertEquals, assertRejects } from "@std/assert";
import { MemoryBudget } from "../../../server/contract/memory_budget.ts";
import { RequestAccess } from "../../../server/http/request_access.ts";
import { Bodies } from "../../../server/http/bodies.ts";
import { newRegion } from "../fixture.ts";

const LIMIT = 100;
const BUDGET_BYTES = 8192;
const LIMITS = { maxInFlight: 3, bodyTimeoutMs: 1000 };

/** A body that is sent by hand. */
function slowRequest(length?: number) {
  let controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({ start: (c) => void (controller = c) });
  const headers: HeadersInit = length === undefined ? {} : { "content-length": String(length) };
  const request = new Request("http://localhost/", { method: "POST", headers, body });
  const send = (text: string) => controller.enqueue(new TextEncoder().encode(text));
  return { request, send, end: () => controller.close(), fail: () => controller.error("gone") };
}

function setUp() {
  const region = newRegion();
  const clock = { nowMs: 0 };
  const budget = new MemoryBudget(region, 1, BUDGET_BYTES);
  const bodies = new Bodies(region, 1, budget, LIMITS, new RequestAccess(), () => clock.nowMs);
  const read = (request: Request) =>
    Promise.resolve(bodies.read(request, LIMIT, (body) => new Response(body.slice())));
  const gauges = () => [region.gauge(1, "inFlight"), budget.takenBytes];
  return { region, budget, clock, bodies, read, gauges };
}

async function shown(answer: Promise<Response>): Promise<string> {
  const response = await answer;
  return `${response.status} ${await response.text()}`;
}

Deno.test("Bodies.read() counts a body while it is read and not after", async () => {
  const { read, gauges } = setUp();
  const [declared, chunked] = [slowRequest(6), slowRequest()];
  const answers = [read(declared.request), read(chunked.request)];
  assertEquals(gauges(), [2, 6 + LIMIT]);
  for (const one of [declared, chunked]) {
    one.send("abc");
    one.send("def");
    one.end();
  }
  assertEquals(await Promise.all(answers.map(shown)), ["200 abcdef", "200 abcdef"]);
  assertEquals(gauges(), [0, 0]);
});

Deno.test("Bodies.read() refuses what is declared or turns out too large", async () => {
  const { read, gauges } = setUp();
  const tooLarge = /^413 .*Send at most 100 bytes\./;
  assertEquals(tooLarge.test(await shown(read(slowRequest(LIMIT + 1).request))), true);
  const chunked = slowRequest();
  const answer = read(chunked.request);
  chunked.send("x".repeat(LIMIT));
  chunked.send("y");
  assertEquals(tooLarge.test(await shown(answer)), true);
  assertEquals(gauges(), [0, 0]);
});

Deno.test("Bodies.read() refuses more requests than maxInFlight, of all workers", async () => {
  const { region, read } = setUp();
  region.words[region.gaugeWord(2, "inFlight")] = 2;
  const first = slowRequest(1);
  const answer = read(first.request);
  const refused = await read(slowRequest(1).request);
  assertEquals([refused.status, refused.headers.get("retry-after")], [503, "1"]);
  assertEquals(region.counter(1, "overloads"), 1);
  first.send("a");
  first.end();
  assertEquals(await shown(answer), "200 a");
});

Deno.test("Bodies.read() refuses more bytes than the budget has", async () => {
  const { budget, read, gauges } = setUp();
  budget.take(BUDGET_BYTES - 50);
  assertEquals((await read(slowRequest(51).request)).status, 503);
  const fits = slowRequest(50);
  const answer = read(fits.request);
  assertEquals((await read(slowRequest(1).request)).status, 503);
  fits.send("a");
  fits.end();
  await answer;
  assertEquals(gauges(), [0, BUDGET_BYTES - 50]);
});

Deno.test("Bodies.read() answers 400 to a body that breaks off", async () => {
  const { read, gauges } = setUp();
  const broken = slowRequest(10);
  const answer = read(broken.request);
  broken.send("ab");
  broken.fail();
  assertEquals((await shown(answer)).slice(0, 4), "400 ");
  assertEquals(gauges(), [0, 0]);
});

Deno.test("Bodies.read() passes an exception of its consumer on, and counts the body out", async () => {
  const { bodies, gauges } = setUp();
  const one = slowRequest(1);
  const answer = bodies.read(one.request, LIMIT, () => {
    throw new Error("bug");
  });
  one.send("a");
  one.end();
  await assertRejects(() => Promise.resolve(answer), Error, "bug");
  assertEquals(gauges(), [0, 0]);
});

Deno.test("Bodies.expire() answers 408 to the bodies that are too old, and to no other", async () => {
  const { clock, bodies, read, gauges } = setUp();
  const [old, young] = [slowRequest(10), slowRequest(10)];
  const oldAnswer = read(old.request);
  clock.nowMs = 500;
  const youngAnswer = read(young.request);
  clock.nowMs = 999;
  bodies.expire();
  clock.nowMs = 1000;
  bodies.expire();
  const response = await oldAnswer;
  assertEquals([response.status, response.headers.get("connection")], [408, "close"]);
  assertEquals(gauges(), [1, 10]);
  young.send("young");
  young.end();
  assertEquals(await shown(youngAnswer), "200 young");
  clock.nowMs = 9000;
  bodies.expire();
  assertEquals(gauges(), [0, 0]);
});
