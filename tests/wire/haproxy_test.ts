// deploy/haproxy.cfg with the real HAProxy in front of a real server: what it passes on, whom it cuts off, and what
// it says where the server is not ready. Times that a test waits for are shorter there, so that none takes seconds.

import { assert, assertEquals } from "@std/assert";
import { Haproxy, hasHaproxy, type ProxyPorts } from "../../bench/proxy/haproxy.ts";
import { RawClient } from "./raw_client.ts";
import { command, exchange } from "./raw_fixture.ts";
import { type LogEvent, TestServer, until } from "./server.ts";

const PUT_OK = '{"status":"OK","message":"Key inserted/updated successfully."}';
const NOT_READY = '{"status":"ERROR","message":"Server is not ready. Try again in a moment."}';
const TOO_LATE =
  '{"status":"ERROR","message":"Server has not answered in time. It may have changed something."}';
const TOO_SLOW =
  '{"status":"ERROR","message":"Request did not arrive within 2 s. Send it faster."}';

const ignore = Deno.build.os === "windows" || !await hasHaproxy();
if (ignore) console.log("skipped: no haproxy");

function portsOf(server: TestServer): ProxyPorts {
  const { addresses } = server.event("start") as LogEvent & { addresses: string[] };
  const resp = addresses.find((address) => address.startsWith("redis://"))!;
  return { http: server.port, resp: Number(/\d+$/.exec(resp)![0]) };
}

/** A server with HAProxy in front of it. */
class Pair implements AsyncDisposable {
  readonly server: TestServer;
  readonly proxy: Haproxy;

  private constructor(server: TestServer, proxy: Haproxy) {
    this.server = server;
    this.proxy = proxy;
  }

  /** Starts both. `times` are lines of the configuration, each with what stands in its place. */
  static async start(times: Readonly<Record<string, string>> = {}): Promise<Pair> {
    const server = await TestServer.start(["--resp-port", "0"]);
    const change = (config: string) =>
      Object.entries(times).reduce((text, [from, to]) => {
        assert(text.includes(from), from);
        return text.replaceAll(from, to);
      }, config);
    try {
      return new Pair(server, await Haproxy.start(portsOf(server), change));
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  client(way: "http" | "resp" = "http"): Promise<RawClient> {
    return RawClient.connect({ hostname: "127.0.0.1", port: this.proxy.ports[way] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

Deno.test({
  name: "HAProxy passes on requests, values and commands, over connections that stay",
  ignore,
}, async () => {
  await using pair = await Pair.start();
  using client = await pair.client();
  assertEquals((await client.ask('POST /put {"key":"k","value":"v"}')).text, PUT_OK);
  assertEquals((await client.ask("GET /get?key=k")).text, '{"status":"OK","key":"k","value":"v"}');
  const value = "x".repeat(1_000_000);
  assertEquals((await client.ask(`PUT /store/large ${value}`)).status, 200);
  assertEquals((await client.ask("GET /get/large")).text, value);
  using resp = await pair.client("resp");
  await exchange(resp, command("SET", "r", "1") + command("INCR", "r"), "+OK\r\n:2\r\n");
});

Deno.test({
  name: "HAProxy refuses what is too large and other names, before slabkv hears of it",
  ignore,
}, async () => {
  await using pair = await Pair.start();
  using client = await pair.client();
  const foreign = await client.ask("GET /get?key=k\nhost: evil.example");
  assertEquals([foreign.status, JSON.parse(foreign.text).status], [403, "ERROR"]);
  using other = await pair.client();
  const head = "PUT /store/k HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1048577\r\n\r\n";
  await other.send(head + "x".repeat(20_000));
  const tooLarge = await other.receive();
  assertEquals([tooLarge.status, JSON.parse(tooLarge.text).status], [413, "ERROR"]);
  const { total } = JSON.parse((await fetchStats(pair)).text);
  // Beside the one that asks, only those of the health check.
  assertEquals(total.puts, 0);
});

async function fetchStats(pair: Pair) {
  using direct = await RawClient.connect({ hostname: "127.0.0.1", port: pair.server.port });
  return await direct.ask("GET /stats");
}

Deno.test({
  name: "HAProxy cuts off headers and bodies that come slowly, and serves others meanwhile",
  ignore,
}, async () => {
  await using pair = await Pair.start({ "timeout http-request 2s": "timeout http-request 300ms" });
  using slow = await pair.client();
  await slow.send("GET /get?key=k HTTP/1.1\r\nhost: localhost\r\nx: ");
  // It goes on to send a byte now and then, which does not help.
  let isCut = false;
  const dripping = (async () => {
    while (!isCut) {
      await slow.send("y").catch(() => isCut = true);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  using body = await pair.client();
  await body.send("PUT /store/k HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nhalf");
  using client = await pair.client();
  assertEquals((await client.ask("GET /get?key=k")).status, 200);
  const [ofHead, ofBody] = [await slow.receive(), await body.receive()];
  assertEquals([ofHead.status, ofBody.status, ofBody.text], [408, 408, TOO_SLOW]);
  assertEquals(ofBody.headers.get("connection"), "close");
  isCut = true;
  await dripping;
  assertEquals((await client.ask("GET /get?key=k")).status, 200);
});

Deno.test({ name: "HAProxy lets one address have 256 connections", ignore }, async () => {
  await using pair = await Pair.start();
  const clients: RawClient[] = [];
  const ask = async () => {
    try {
      const client = await pair.client();
      clients.push(client);
      return (await client.ask("GET /ready")).status;
    } catch {
      return 0;
    }
  };
  try {
    const statuses = await Promise.all(Array.from({ length: 400 }, ask));
    assertEquals(statuses.filter((status) => status === 0).length, 400 - 256);
  } finally {
    for (const client of clients) client.close();
  }
});

Deno.test({
  name: "HAProxy asks /ready, answers 503 where slabkv is not, and passes on again",
  ignore,
}, async () => {
  await using pair = await Pair.start({
    "timeout server 2s": "timeout server 300ms",
    "inter 1s fastinter 500ms": "inter 200ms",
  });
  pair.server.kill("SIGSTOP");
  try {
    const refused = await until("HAProxy has seen that it does not answer", async () => {
      using client = await pair.client();
      const answer = await client.ask("GET /get?key=k");
      // A signal stops one thread after the other: the first moment may still have an answer.
      if (answer.status === 200) return false;
      // Until HAProxy has seen it, it waits for an answer in vain.
      if (answer.status !== 503) assertEquals([answer.status, answer.text], [504, TOO_LATE]);
      return answer.status === 503 && answer;
    });
    assertEquals([refused.text, refused.headers.get("retry-after")], [NOT_READY, "1"]);
    using gone = await pair.client("resp");
    await gone.send("PING\r\n").catch(() => {});
    assertEquals(await gone.receiveRest(), "");
  } finally {
    pair.server.kill("SIGCONT");
  }
  await until("HAProxy has seen that it is ready", async () => {
    using client = await pair.client();
    return (await client.ask("GET /get?key=k")).status === 200;
  });
  // The ports are looked after one by one.
  await until("HAProxy has seen it for Redis clients, too", async () => {
    using back = await pair.client("resp");
    await back.send("PING\r\n").catch(() => {});
    return await back.receiveText(7).catch(() => "") === "+PONG\r\n";
  });
});
