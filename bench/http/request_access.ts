// What it costs to learn things of a request that Deno.serve has handed over: a header and a body,
// the public way and through server/http/request_access.ts. CPU time per request of servers that do
// nothing else, taking turns under the same load. Run as `deno run -A bench/http/request_access.ts`.

import { RequestAccess } from "../../server/http/request_access.ts";
import { HttpConnection } from "./connection.ts";
import { postRequest, putRequestBody } from "./messages.ts";
import { cpuUs } from "./process.ts";

const ROUNDS = 7;
const ROUND_MS = 1000;
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

async function load(port: number): Promise<number> {
  const body = putRequestBody("key:000000012345", "x".repeat(64));
  const request = postRequest(port, "/put", body);
  const endMs = performance.now() + ROUND_MS;
  let count = 0;
  await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    const connection = await HttpConnection.open(port);
    for (; performance.now() < endMs; count++) await connection.exchange(request);
    connection.close();
  }));
  return count;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

async function main(): Promise<void> {
  const names = Object.keys(VARIANTS);
  const children = names.map((name) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", new URL(import.meta.url).pathname, name],
      stdout: "piped",
    }).spawn()
  );
  const ports = await Promise.all(children.map(async ({ stdout }) => {
    const { value } = await stdout.getReader().read();
    return Number(new TextDecoder().decode(value));
  }));
  const costs = names.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < names.length; i++) {
      const before = cpuUs(children[i]!.pid) ?? NaN;
      const count = await load(ports[i]!);
      costs[i]!.push(((cpuUs(children[i]!.pid) ?? NaN) - before) / count);
    }
  }
  for (const child of children) child.kill("SIGTERM");
  console.log(
    "| what the handler does | CPU µs/request | more than nothing |\n| --- | ---: | ---: |",
  );
  const nothing = median(costs[0]!);
  names.forEach((name, i) => {
    const cost = median(costs[i]!);
    console.log(`| ${name} | ${cost.toFixed(2)} | ${(cost - nothing).toFixed(2)} |`);
  });
}

const handler = VARIANTS[Deno.args[0] ?? ""];
if (handler === undefined) await main();
else {
  const options = { hostname: "127.0.0.1", port: 0 };
  Deno.serve({ ...options, onListen: ({ port }) => console.log(port) }, handler);
}
