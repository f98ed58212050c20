// What clients of every protocol are told of writes where there is a log: that they wait until it is on the disk,
// and what becomes of them when it cannot be written or takes no more. The workers are real ones; the test is main.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type LogRing, LogState } from "../../../cache/mod.ts";
import { FaultStep } from "../../../server/contract/persistence/faults.ts";
import { PersistenceStatus } from "../../../server/contract/persistence/persistence_status.ts";
import type { RawClient } from "../../wire/raw_client.ts";
import { command, exchange } from "../../wire/raw_fixture.ts";
import { PoolBench } from "./pool_bench.ts";

const NOT_DURABLE =
  "MISCONF this was carried out but could not be written to disk, so it may or may not outlive a crash";
const NOT_DURABLE_TEXT = "Write was carried out but could not be written to disk: it may or may " +
  "not outlive a crash. Read it before you write again.";
const PUT_OK = '200 {"status":"OK","message":"Key inserted/updated successfully."}';
const FULL = Object.assign(new Error(), { code: "ENOSPC" });
const MISCONF = "MISCONF Errors writing to the AOF file: No space left on device";

/** A pool whose main is the test. */
class LogBench extends PoolBench {
  readonly log: LogRing;
  readonly status: PersistenceStatus;
  readonly #block = new Uint8Array(2 ** 20);

  private constructor(...args: string[]) {
    super(false, "--data-dir", "/nowhere", "--log-memory", "1MiB", ...args);
    this.log = this.region.log!.attach(0);
    this.status = new PersistenceStatus(this.region);
  }

  static async start(...args: string[]): Promise<LogBench> {
    const bench = new LogBench(...args);
    await bench.pool.add();
    return bench;
  }

  /** All that was appended is read, and on the disk. */
  flush(): void {
    while (this.log.read(this.#block) > 0);
    this.log.setFlushed(this.log.tail);
  }

  /** The log cannot be written. */
  fail(): void {
    this.status.setFault(FaultStep.write, FULL, 0);
    this.log.state = LogState.failing;
  }

  heal(): void {
    this.flush();
    this.status.clearFault();
    this.log.state = LogState.ok;
  }

  /**
   * Sends with `send`, and sees that nothing is answered while the log is not on the disk, though the worker answers
   * others: their reads see that it has been carried out. Then lets `end` happen; returns the answer.
   */
  async held<T>(
    key: string,
    value: string,
    send: () => Promise<T>,
    end: () => void = () => this.flush(),
  ): Promise<T> {
    let isAnswered = false;
    const answer = send().finally(() => isAnswered = true);
    using other = await this.client(0);
    for (;;) {
      const { status, text } = await other.ask(`GET /get/${key}`);
      if ((status === 200 ? text : "") === value) break;
    }
    await other.ask("GET /health");
    assertEquals(isAnswered, false, key);
    end();
    return await answer;
  }
}

async function answerOf(client: RawClient, request: string): Promise<string> {
  const { status, text } = await client.ask(request);
  return `${status} ${text}`;
}

/** What changes a key, over HTTP: request, key, what it has then, answer. */
const HTTP_WRITES: readonly (readonly [string, string, string, string])[] = [
  ['POST /put {"key":"a","value":"1"}', "a", "1", PUT_OK],
  ['POST /incr {"key":"a"}', "a", "2", '200 {"status":"OK","key":"a","value":"2"}'],
  ['POST /mput {"items":[{"key":"b","value":"3"}]}', "b", "3", '200 {"status":"OK","count":1}'],
  ["PUT /store/c x", "c", "x", "200 "],
  ["DELETE /store/c", "c", "", "200 "],
  ["DELETE /delete?key=b", "b", "", '200 {"status":"OK","message":"Key deleted successfully."}'],
  ['POST / ["SET","d","4"]', "d", "4", '200 {"result":"OK"}'],
  ["POST /set/d 5", "d", "5", '200 {"result":"OK"}'],
  [
    'POST /pipeline [["GET","d"],["SET","d","6"]]',
    "d",
    "6",
    '200 [{"result":"5"},{"result":"OK"}]',
  ],
  ['POST /multi-exec [["SET","d","7"]]', "d", "7", '200 [{"result":"OK"}]'],
];

Deno.test({
  name:
    "under always a write is answered over HTTP when it is on the disk, and 503 when it cannot be",
  ignore: Deno.build.os !== "linux",
}, async () => {
  using bench = await LogBench.start("--fsync", "always");
  using http = await bench.client(0);
  for (const [request, key, value, answer] of HTTP_WRITES) {
    assertEquals(await bench.held(key, value, () => answerOf(http, request)), answer, request);
  }
  // What changes nothing waits for nothing.
  assertEquals(await answerOf(http, "DELETE /store/none"), "404 No value found for key");
  for (const [request, key, value] of HTTP_WRITES) {
    const answer = await bench.held(key, value, () => answerOf(http, request), () => bench.fail());
    assertEquals(answer.slice(0, 4), "503 ", request);
    assertStringIncludes(answer, "may or may not outlive a crash", request);
    bench.heal();
  }
  assertEquals(bench.region.total("notDurable"), HTTP_WRITES.length);
});

Deno.test({
  name: "under always a pipeline is answered in its order when its writes are on the disk",
  ignore: Deno.build.os !== "linux",
}, async () => {
  using bench = await LogBench.start("--fsync", "always");
  using resp = await bench.client(1);
  using text = await bench.client(2);
  const lines = "GET k\r\nSET k 1\r\nGET k\r\nCLIENT REPLY SKIP\r\nSET k 2\r\nSET k 3\r\nGET k\r\n";
  await bench.held(
    "k",
    "3",
    () => exchange(resp, lines, "$-1\r\n+OK\r\n$1\r\n1\r\n+OK\r\n$1\r\n3\r\n"),
  );
  const answers = `$1\r\n3\r\n-${NOT_DURABLE}\r\n$1\r\n1\r\n-${NOT_DURABLE}\r\n$1\r\n4\r\n`;
  const more = lines.replace("SET k 3", "SET k 4");
  await bench.held("k", "4", () => exchange(resp, more, answers), () => bench.fail());
  // Reads do not wait for a log that cannot be written.
  await exchange(resp, "GET k\r\n", "$1\r\n4\r\n");
  bench.heal();
  const both = "MULTI\r\nSET k 5\r\nGET k\r\nEXEC\r\nGET k\r\n";
  const queued = "+OK\r\n+QUEUED\r\n+QUEUED\r\n";
  const done = "*2\r\n+OK\r\n$1\r\n5\r\n$1\r\n5\r\n";
  await bench.held("k", "5", () => exchange(resp, both, queued + done));
  const undone = `${queued}-${NOT_DURABLE}\r\n$1\r\n6\r\n`;
  const again = both.replace("k 5", "k 6");
  await bench.held("k", "6", () => exchange(resp, again, undone), () => bench.fail());
  bench.heal();
  await bench.held("k", "", () => exchange(resp, "FLUSHALL\r\n", "+OK\r\n"));
  await bench.held("k", "7", () => exchange(text, "PUT k 7\nGET k\n", "OK\n7\n"));
  await bench.held(
    "k",
    "8",
    () => exchange(text, "PUT k 8\nGET k\n", "ERROR\n8\n"),
    () => bench.fail(),
  );
});

Deno.test({
  name: "under always a WebSocket is answered in its order when writes are on the disk",
  ignore: Deno.build.os !== "linux",
}, async () => {
  using bench = await LogBench.start("--fsync", "always");
  const socket = new WebSocket(`ws://127.0.0.1:${bench.ports[0]}/ws`);
  await new Promise((resolve) => socket.onopen = resolve);
  const answers: string[] = [];
  let wake = () => {};
  socket.onmessage = ({ data }) => {
    answers.push(data);
    wake();
  };
  const told = async (count: number) => {
    while (answers.length < count) await new Promise<void>((resolve) => wake = resolve);
    return answers.splice(0);
  };
  const ask = () => {
    socket.send('{"op":"put","key":"k","value":"1","id":7}');
    socket.send('{"op":"get","key":"k"}');
    return told(2);
  };
  const hit = '{"status":"OK","key":"k","value":"1"}';
  assertEquals(await bench.held("k", "1", ask), [`{"id":7,${PUT_OK.slice(5)}`, hit]);
  const lost = `{"id":7,"status":"ERROR","message":"${NOT_DURABLE_TEXT}"}`;
  assertEquals(await bench.held("k", "1", ask, () => bench.fail()), [lost, hit]);
  bench.heal();
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
});

Deno.test({
  name: "while the log cannot be written nothing may change, and everybody is told why",
  ignore: Deno.build.os !== "linux",
}, async () => {
  using bench = await LogBench.start();
  using resp = await bench.client(1);
  await exchange(resp, "SET k 1\r\nMULTI\r\nSET k 2\r\n", "+OK\r\n+OK\r\n+QUEUED\r\n");
  bench.fail();
  await exchange(resp, "EXEC\r\n", `-EXECABORT Transaction discarded because of: ${MISCONF}\r\n`);
  await exchange(resp, "SET k 3\r\nGET k\r\nPING\r\n", `-${MISCONF}\r\n$1\r\n1\r\n-${MISCONF}\r\n`);
  const aborted = "-EXECABORT Transaction discarded because of previous errors.\r\n";
  await exchange(resp, "MULTI\r\nDEL k\r\nEXEC\r\n", `+OK\r\n-${MISCONF}\r\n${aborted}`);
  await exchange(resp, "MULTI\r\nGET k\r\nEXEC\r\n", "+OK\r\n+QUEUED\r\n*1\r\n$1\r\n1\r\n");
  for (const [request] of HTTP_WRITES) {
    const answer = await bench.ask(request);
    // That of a pipeline has an error in the place of each write.
    if (!request.includes("/pipeline")) assertEquals(answer.slice(0, 4), "503 ", request);
    else assertEquals(answer, `200 [{"result":null},{"error":"${MISCONF}"}]`);
  }
  assertEquals(await bench.ask('POST / ["SET","k","3"]'), `503 {"error":"${MISCONF}"}`);
  assertEquals(await bench.ask("GET /get/k"), "200 1");
  const fault = "Log cannot be written: No space left on device";
  const unhealthy = { status: "unhealthy", message: `Writes are refused. ${fault}.` };
  assertEquals(await bench.ask("GET /health"), `503 ${JSON.stringify(unhealthy)}`);
  const { persistence } = JSON.parse((await bench.ask("GET /stats")).slice(4));
  assertEquals([persistence.state, persistence.fault, persistence.faults], ["failing", fault, 1]);
  assertStringIncludes(await bench.ask('POST / ["INFO","persistence"]'), `log_fault:${fault}`);
  const { summary } = JSON.parse((await bench.ask("GET /diagnose")).slice(4));
  assertEquals(summary, "Writes are refused: log cannot be written: No space left on device.");
  assert(bench.region.total("logFailing") > HTTP_WRITES.length);
  bench.heal();
  await exchange(resp, "SET k 3\r\nPING\r\n", "+OK\r\n+PONG\r\n");
  assertEquals(await bench.ask("GET /health"), '200 {"status":"healthy"}');
});

Deno.test({
  name: "with --on-write-error continue writes go on, and wait for nothing",
  ignore: Deno.build.os !== "linux",
}, async () => {
  using bench = await LogBench.start("--fsync", "always", "--on-write-error", "continue");
  using resp = await bench.client(1);
  await bench.held("k", "1", () => exchange(resp, "SET k 1\r\n", "+OK\r\n"), () => bench.fail());
  await exchange(resp, "SET k 2\r\nPING\r\n", "+OK\r\n+PONG\r\n");
  assertStringIncludes(await bench.ask("GET /health"), '200 {"status":"healthy","log":"failing",');
  assertEquals(await bench.ask('POST /put {"key":"k","value":"3"}'), PUT_OK);
});

Deno.test({
  name: "a log that takes no more refuses writes after a short wait, and nothing else",
  ignore: Deno.build.os !== "linux",
}, async () => {
  using bench = await LogBench.start();
  using resp = await bench.client(1);
  const value = "v".repeat(100_000);
  // The ring has 1 MiB, of which a quarter has to be free.
  await exchange(resp, command("SET", "k", value).repeat(8), "+OK\r\n".repeat(8));
  const busy =
    "-BUSY slabkv could not write its log as fast as needed, nothing has changed, try again\r\n";
  await exchange(resp, "SET k 1\r\nSTRLEN k\r\n", `${busy}:100000\r\n`);
  assertEquals(
    await bench.ask("PUT /store/k 1"),
    '503 {"status":"ERROR","message":"Log takes no more for now. Nothing has changed; try again in a moment."}',
  );
  assertEquals(bench.region.total("logFull"), 2);
  bench.flush();
  await exchange(resp, "SET k 1\r\n", "+OK\r\n");
});
