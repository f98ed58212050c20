// What it costs to learn things of a request that Deno.serve has handed over: a header and a body,
// the public way and through server/http/request_access.ts. CPU time per request of servers that do
// nothing else, taking turns under the same load. Run as `deno run -A bench/http/request_access.ts`.

import { requestOf } from "../../client/bench/key_set.ts";
import { type Traffic, Verdict } from "../../client/bench/traffic.ts";
import { RequestAccess } from "../../server/http/request_access.ts";
import { answerHelp } from "../command_line.ts";
import { median } from "../figures.ts";
import { cpuUs } from "../process.ts";
import { markdownTable } from "../report.ts";
import { keySetAt } from "./items.ts";
import { driveTraffic } from "./load.ts";
import { Servers } from "./servers.ts";

const ROUNDS = 7;
const ROUND_SECONDS = 1;
const CONNECTIONS = 32;
const INIT = { headers: { "content-type": "application/json" } };

const access = new RequestAccess();
const answer = () => new Response('{"status":"OK"}', INIT);

const VARIANTS: Readonly<Record<string, (request: Request) => Response | Promise<Response>>> = {
  "nothing": (_request) => answer(),
  "headers.get()": (request) =>
    request.headers.get("content-length") === null ? answer() : answer(),
  "RequestAccess.header()": (request) =>
    access.header(request, "content-length") === null ? answer() : answer(),
  "bytes()": (request) => request.bytes().then(answer),
  "RequestAccess.arrivedBody()": (request) =>
    access.arrivedBody(request) === null ? answer() : answer(),
};

/** Sends one and the same /put for a round; returns the CPU time of the server for each. */
async function roundUs({ port, pid }: { port: number; pid: number }): Promise<number> {
  const { messages, values } = keySetAt(port, { keyCount: 1, valueBytes: 64 });
  const request = requestOf(messages.put, 0);
  values.write(request, messages.put.valueAt, 0, 1);
  const traffic: Traffic = {
    next: () => request,
    check: (_slot, { status }) => status === 200 ? Verdict.stored : Verdict.wrong,
  };
  const before = cpuUs(pid) ?? NaN;
  const { counts } = await driveTraffic(port, CONNECTIONS, traffic, { seconds: ROUND_SECONDS });
  return ((cpuUs(pid) ?? NaN) - before) / counts.stored;
}

async function main(): Promise<void> {
  await using running = new Servers();
  const script = import.meta.url;
  const start = (name: string) => running.startScript(name, script, false, [name]);
  const servers = await Promise.all(Object.keys(VARIANTS).map(start));
  const costs = servers.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < servers.length; i++) costs[i]!.push(await roundUs(servers[i]!));
  }
  const nothing = median(costs[0]!);
  const rows = servers.map(({ name }, i) => {
    const cost = median(costs[i]!);
    return [name, cost.toFixed(2), (cost - nothing).toFixed(2)];
  });
  const columns = ["what the handler does", "CPU µs/request:", "more than nothing:"];
  console.log(markdownTable(columns, rows));
}

answerHelp(
  "What a header and a small body of a request cost: deno run -A bench/http/request_access.ts\n" +
    "Takes no arguments but --help; with the name of a variant it is that server.",
);
const handler = VARIANTS[Deno.args[0] ?? ""];
if (handler === undefined) await main();
else {
  const options = { hostname: "127.0.0.1", port: 0 };
  Deno.serve({ ...options, onListen: ({ port }) => console.log(port) }, handler);
}
