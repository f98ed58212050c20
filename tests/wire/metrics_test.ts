// /metrics and /stats/metrics of a running server: what promtool says of them, that every worker says the same, and who
// may ask.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { PROTOCOLS } from "../../server/observe/facts/protocols.ts";
import { connectRaw } from "./raw_fixture.ts";
import { TestServer } from "./server.ts";

const OPENMETRICS = "application/openmetrics-text;version=1.0.0";

/** The samples of an exposition: what comes before the number, and the number. */
function samplesOf(text: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [
    line.slice(0, line.lastIndexOf(" ")),
    Number(line.slice(line.lastIndexOf(" "))),
  ]));
}

/** What promtool says of metrics; null where there is no promtool. */
async function promtoolSays(text: string): Promise<string | null> {
  try {
    const child = new Deno.Command("promtool", {
      args: ["check", "metrics"],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
    const { code, stdout, stderr } = await child.output();
    const decoder = new TextDecoder();
    return `${code} ${decoder.decode(stdout)}${decoder.decode(stderr)}`;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log("skipped: no promtool");
    return null;
  }
}

/** OpenMetrics has the same series, and an end. */
async function sameInOpenMetrics(url: string, plain: string): Promise<void> {
  const answer = await fetch(url, { headers: { accept: OPENMETRICS } });
  assertMatch(
    answer.headers.get("content-type")!,
    /^application\/openmetrics-text; version=1\.0\.0/,
  );
  const text = await answer.text();
  assert(text.endsWith("\n# EOF\n"));
  assertEquals([...samplesOf(text).keys()], [...samplesOf(plain).keys()]);
}

/** Does something and asks for metrics: what came of it is in them. */
async function checkMetrics(url: string): Promise<void> {
  const body = '{"key":"k","value":"v"}';
  for (let i = 0; i < 3; i++) await (await fetch(`${url}/put`, { method: "POST", body })).text();
  for (const key of ["k", "none"]) await (await fetch(`${url}/get?key=${key}`)).text();
  const answer = await fetch(`${url}/metrics`);
  assertEquals(answer.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assertEquals(answer.headers.get("cache-control"), "no-store");
  const text = await answer.text();
  const said = await promtoolSays(text);
  if (said !== null) assertEquals(said, "0 ");
  const samples = samplesOf(text);
  const of = (name: string) => samples.get(name);
  assertEquals([of("slabkv_puts_total"), of("slabkv_hits_total"), of("slabkv_misses_total")], [
    3,
    1,
    1,
  ]);
  assertEquals([of("slabkv_items"), of('slabkv_state{state="ready"}')], [1, 1]);
  const commands = 'slabkv_commands_total{protocol="http",command=';
  assertEquals(
    [of(`${commands}"set",outcome="ok"}`), of(`${commands}"get",outcome="ok"}`)],
    [3, 2],
  );
  const bucket = 'slabkv_command_duration_seconds_bucket{group="string",le=';
  assertEquals(of(`${bucket}"+Inf"}`), 5);
  assert(of(`${bucket}"16.777216"}`)! >= of(`${bucket}"0.000128"}`)!);
  const byWorker = [...samples].filter(([name]) => name.startsWith("slabkv_worker_puts_total"));
  assertEquals(byWorker.map(([name]) => /"(.+)"/.exec(name)![1]), ["main", "1", "2"]);
  assertEquals(byWorker.reduce((sum, [, count]) => sum + count, 0), 3);
  assert(of("slabkv_log_written_bytes_total") !== undefined);
  await sameInOpenMetrics(`${url}/metrics`, text);
}

Deno.test("/metrics: promtool has nothing to say, what was done is counted, and OpenMetrics has the same", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await using server = await TestServer.start(["--workers", "2", "--data-dir", dir]);
    await checkMetrics(`http://127.0.0.1:${server.port}`);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("/metrics and /stats/metrics: only with the token, without a query, as GET or HEAD", async () => {
  await using server = await TestServer.start(["--token", "secret-secret-secret"]);
  const bearer = "authorization: Bearer secret-secret-secret";
  const statusOf = async (request: string) => Number((await server.ask(request)).slice(0, 3));
  for (const path of ["/metrics", "/stats/metrics"]) {
    assertEquals(await statusOf(`GET ${path}`), 401);
    assertEquals(await statusOf(`GET ${path}\n${bearer}`), 200);
    assertEquals(await statusOf(`HEAD ${path}\n${bearer}`), 200);
    assertEquals(await statusOf(`POST ${path}\n${bearer}\n\n{}`), 405);
    assertEquals(await statusOf(`GET ${path}?name=x\n${bearer}`), 400);
  }
  const { metrics } = JSON.parse((await server.ask(`GET /stats/metrics\n${bearer}`)).slice(4));
  assertEquals(Object.keys(metrics[0]), ["name", "type", "unit", "help"]);
});

Deno.test("/metrics: each way in has its own counts", async () => {
  const ports = ["--resp-port", "0", "--text-port", "0", "--memcache-port", "0"];
  await using server = await TestServer.start(["--websocket", ...ports]);
  const url = `http://127.0.0.1:${server.port}`;
  await (await fetch(`${url}/get?key=k`)).text();
  const rest = { method: "POST", body: '["GET","k"]' };
  for (let i = 0; i < 2; i++) await (await fetch(url, rest)).text();
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws`);
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  for (let i = 0; i < 3; i++) {
    const answered = new Promise((resolve) => socket.addEventListener("message", resolve));
    socket.send('{"op":"get","key":"k"}');
    await answered;
  }
  const closed = new Promise((resolve) => socket.addEventListener("close", resolve));
  socket.close();
  await closed;
  const lines = [["redis", "GET k\r\n", "$-1\r\n"], ["tcp", "GET k\n", "NOTFOUND\n"]];
  lines.push(["memcached", "get k\r\n", "END\r\n"]);
  for (const [i, [scheme, line, answer]] of lines.entries()) {
    using client = await connectRaw(server, scheme as "redis");
    await client.send(line!.repeat(4 + i));
    assertEquals(await client.receiveText(answer!.length * (4 + i)), answer!.repeat(4 + i));
  }
  await (await fetch(`${url}/get?key=k`)).text();
  const samples = samplesOf(await (await fetch(`${url}/metrics`)).text());
  const gets = PROTOCOLS.map((protocol) =>
    samples.get(`slabkv_commands_total{protocol="${protocol}",command="get",outcome="ok"}`)
  );
  assertEquals(gets, [2, 2, 3, 4, 5, 6]);
});
