// Bodies: counted as they come and not as declared, and not after they were used, refused when they
// come too slowly or in crumbs or grow too large. Requests here never arrive until told to.

import { assertEquals, assertRejects } from "@std/assert";
import { MemoryBudget } from "../../../server/contract/memory_budget.ts";
import { RequestAccess } from "../../../server/http/request_access.ts";
import { Bodies } from "../../../server/http/bodies.ts";
import { BODY_COST_BYTES } from "../../../server/http/pending_body.ts";
import { newRegion } from "../fixture.ts";

const LIMIT = 100;
const BUDGET_BYTES = 8 * BODY_COST_BYTES;
const LIMITS = { slowMs: Infinity, maxInFlight: 3, bodyTimeoutMs: 1000 };

const TOO_MANY_CHUNKS =
  '{"status":"ERROR","message":"Request body has too many chunks. Send larger ones."}';
const TOO_SLOW =
  '{"status":"ERROR","message":"Request body came slower than 1 KiB/s. Send it faster."}';

/** A body that is sent by hand. */
function slowRequest(length?: number | string) {
  let controller!: ReadableByteStreamController;
  let isCancelled = false;
  const body = new ReadableStream({
    type: "bytes",
    start: (c) => void (controller = c),
    cancel: () => void (isCancelled = true),
  });
  const headers: HeadersInit = length === undefined ? {} : { "content-length": String(length) };
  const request = new Request("http://localhost/", { method: "POST", headers, body });
  const send = (text: string) => controller.enqueue(new TextEncoder().encode(text));
  const end = () => {
    controller.close();
    controller.byobRequest?.respond(0);
  };
  const fail = () => controller.error("gone");
  return { request, send, end, fail, isCancelled: () => isCancelled };
}

function setUp(limits = LIMITS) {
  const region = newRegion();
  const clock = { nowMs: 0 };
  const budget = new MemoryBudget(region, 1, BUDGET_BYTES);
  const bodies = new Bodies(region, 1, budget, limits, new RequestAccess(), () => clock.nowMs);
  const read = (request: Request) =>
    Promise.resolve(bodies.read(request, LIMIT, (body) => new Response(body.slice())));
  const gauges = () => [region.gauge(1, "inFlight"), budget.takenBytes];
  return { region, budget, clock, bodies, read, gauges };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

async function shown(answer: Promise<Response>): Promise<string> {
  const response = await answer;
  return `${response.status} ${await response.text()}`;
}

Deno.test("Bodies.read() counts a body while it is read and not after", async () => {
  const { read, gauges } = setUp();
  const [declared, chunked] = [slowRequest(6), slowRequest()];
  const answers = [read(declared.request), read(chunked.request)];
  assertEquals(gauges(), [2, 2 * (BODY_COST_BYTES + 64) + 6 + LIMIT]);
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
  const { budget, region, read, gauges } = setUp();
  budget.take(BUDGET_BYTES - BODY_COST_BYTES - 114);
  assertEquals((await read(slowRequest(51).request)).status, 503);
  const fits = slowRequest(50);
  const answer = read(fits.request);
  assertEquals((await read(slowRequest(1).request)).status, 503);
  fits.send("a");
  fits.end();
  assertEquals(await shown(answer), "200 a");
  assertEquals(gauges(), [0, BUDGET_BYTES - BODY_COST_BYTES - 114]);
  assertEquals(region.counter(1, "overloads"), 2);
});

Deno.test("Bodies.read() takes memory for what has come, not for what is declared", async () => {
  const { budget, gauges, bodies } = setUp();
  const limit = BUDGET_BYTES;
  const large = slowRequest(limit);
  const answer = Promise.resolve(bodies.read(large.request, limit, ({ length }) => {
    return new Response(String(length));
  }));
  assertEquals(gauges(), [1, BODY_COST_BYTES + 1024]);
  for (let sent = 0; sent < limit; sent += 1024) {
    large.send("x".repeat(1024));
    await turn();
    assertEquals(budget.takenBytes <= BODY_COST_BYTES + 4 * (sent + 1024), true);
  }
  assertEquals(budget.takenBytes, BUDGET_BYTES);
  large.end();
  assertEquals(await shown(answer), `200 ${limit}`);
  assertEquals(gauges(), [0, 0]);
});

Deno.test("Bodies.read() answers 400 to a length that is not plain digits, and holds nothing", async () => {
  const { read, gauges } = setUp();
  for (const length of ["5, 5", "1e3", "-1", "+5", "0x10", "5.0", "", "9".repeat(16)]) {
    const response = await read(slowRequest(length).request);
    assertEquals([response.status, response.headers.get("connection")], [400, "close"], length);
  }
  assertEquals(gauges(), [0, 0]);
});

Deno.test("Bodies.read() holds no more for chunks of one byte than for their bytes", async () => {
  const { read, gauges } = setUp();
  const drops = slowRequest();
  const answer = read(drops.request);
  for (let i = 0; i < LIMIT; i++) {
    drops.send("x");
    await turn();
    assertEquals(gauges(), [1, BODY_COST_BYTES + LIMIT + 64]);
  }
  drops.end();
  assertEquals(await shown(answer), `200 ${"x".repeat(LIMIT)}`);
});

Deno.test("Bodies.read() refuses more chunks than 256 and 16 for each KiB, without reading those that wait", async () => {
  const { bodies, gauges } = setUp();
  const drops = slowRequest();
  const answer = Promise.resolve(bodies.read(drops.request, 8192, () => new Response("all")));
  for (let i = 0; i < 280; i++) {
    drops.send("x");
    await turn();
  }
  assertEquals(await shown(answer), `413 ${TOO_MANY_CHUNKS}`);
  assertEquals([drops.isCancelled(), drops.request.body!.locked, ...gauges()], [
    false,
    false,
    0,
    0,
  ]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assertEquals(drops.isCancelled(), true);
});

Deno.test("Bodies.read() gives up a silent body where memory is short", async () => {
  const { budget, clock, bodies, read, gauges } = setUp();
  const silent = slowRequest(50);
  const answer = read(silent.request);
  budget.take(BUDGET_BYTES - budget.takenBytes);
  assertEquals((await read(slowRequest(50).request)).status, 503);
  clock.nowMs = 999;
  bodies.expire();
  budget.tick(2000);
  assertEquals((await answer).status, 503);
  assertEquals([silent.isCancelled(), gauges()[0]], [true, 0]);
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

Deno.test("Bodies.expire() has the oldest body give way that does not get on, where all places are taken", async () => {
  const { read, clock, bodies, gauges } = setUp();
  const [moving, silent, later] = [slowRequest(100), slowRequest(50), slowRequest(50)];
  const answers = [read(moving.request), read(silent.request)];
  moving.send("x".repeat(99));
  await turn();
  clock.nowMs = 100;
  answers.push(read(later.request));
  clock.nowMs = 250;
  bodies.expire();
  await turn();
  assertEquals(gauges()[0], 3);
  clock.nowMs = 300;
  bodies.expire();
  assertEquals((await shown(answers[1]!)).slice(0, 3), "503");
  clock.nowMs = 900;
  bodies.expire();
  await turn();
  assertEquals(gauges()[0], 2);
  moving.send("y");
  moving.end();
  later.send("z".repeat(50));
  later.end();
  assertEquals((await Promise.all([answers[0]!, answers[2]!])).map(({ status }) => status), [
    200,
    200,
  ]);
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
  assertEquals(
    (await response.json()).message.slice(0, 37),
    "Request body did not arrive within 1 ",
  );
  assertEquals(gauges(), [1, BODY_COST_BYTES + 74]);
  young.send("young");
  young.end();
  assertEquals(await shown(youngAnswer), "200 young");
  clock.nowMs = 9000;
  bodies.expire();
  assertEquals(gauges(), [0, 0]);
});

Deno.test("Bodies.expire() answers 408 to a body that comes slower than 1 KiB/s, after a second", async () => {
  const { clock, bodies, gauges } = setUp({ ...LIMITS, bodyTimeoutMs: 10_000 });
  const read = ({ request }: ReturnType<typeof slowRequest>) =>
    Promise.resolve(bodies.read(request, 8192, () => new Response("all")));
  const [drops, fast] = [slowRequest(), slowRequest()];
  const answers = [read(drops), read(fast)];
  for (let i = 0; i < 12; i++) {
    if (!drops.isCancelled()) drops.send("x");
    fast.send("x".repeat(256));
    await turn();
    clock.nowMs += 250;
    bodies.expire();
  }
  assertEquals([drops.isCancelled(), fast.isCancelled(), gauges()[0]], [true, false, 1]);
  assertEquals(await shown(answers[0]!), `408 ${TOO_SLOW}`);
  fast.end();
  assertEquals(await shown(answers[1]!), "200 all");
});
