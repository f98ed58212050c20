// The dashboard's page and the routes behind it, over HTTP: who gets the page, with which headers, and what it is told
// while the server works.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { conversation, errorBody, type Exchange } from "./conversation.ts";
import { RawClient } from "./raw_client.ts";
import { respPort, TestServer } from "./server.ts";

const BROWSER = "accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const BANNER = /^200 \{"name":"slabkv"/;
const PAGE = /^200 <!doctype html>/i;
const NO_TOKEN = "401 " + errorBody("Token is missing or wrong. Send Authorization: Bearer TOKEN.");
const SAFE = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-cache, no-transform",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  vary: "accept, accept-encoding",
};

conversation("/ is a page for browsers, and the banner for everybody else", [
  ["GET /", BANNER, { "content-type": "application/json", vary: "accept" }],
  ["GET /\naccept: */*", BANNER],
  ["GET /\naccept: application/json", BANNER],
  ["GET /\naccept: text/html;q=0.5, application/json", BANNER],
  ["GET /\naccept: text/plain", BANNER],
  [`GET /\n${BROWSER}`, PAGE, { ...SAFE, "content-encoding": null }],
  ["GET /\naccept: text/html", PAGE, SAFE],
  ["GET /?theme=dark\naccept: text/html", PAGE, SAFE],
  ["HEAD /\naccept: text/html", "200", SAFE],
  ["GET /nothing\naccept: text/html", /^404 \{/],
  ["GET /\naccept: text/html\nhost: evil.example", /^403 \{/],
]);

conversation(
  "--token lets everybody have the page, and nobody the data",
  [
    [`GET /\n${BROWSER}`, PAGE, SAFE],
    [`GET /\n${BROWSER}\nauthorization: Bearer wrong`, PAGE],
    ["GET /", NO_TOKEN],
    [`POST /\n${BROWSER}\n\n["PING"]`, /^401 /],
    [`GET /stats\n${BROWSER}`, NO_TOKEN],
    ["GET /stats/live", NO_TOKEN],
    ["GET /stats/live\nauthorization: Bearer wrong", NO_TOKEN],
  ],
  ["--token", "s3cret"],
  [1],
);

conversation(
  "--dashboard off serves no page",
  [
    [`GET /\n${BROWSER}`, BANNER, { vary: null }],
  ],
  ["--dashboard", "off"],
  [1],
);

conversation(
  "--dashboard read tells the page so",
  [
    [`GET /\n${BROWSER}`, /data-mode="read"/],
  ],
  ["--dashboard", "read"],
  [1],
);

conversation(
  "/stats/live is for this server's pages, and takes no query",
  [
    ["GET /stats/live?x=1", /^400 /],
    ["GET /stats/lives", /^404 /],
    ["HEAD /stats/live", "405", { allow: "GET" }],
    ["GET /stats/live\norigin: http://evil.example", /^403 .*Origin is not allowed/],
    ["GET /stats/live\nsec-fetch-site: cross-site", /^403 .*Page of another site/],
  ],
  [],
  [1],
);

Deno.test("the page runs its own scripts and styles only, and is sent again only when it has changed", async () => {
  await using server = await TestServer.start();
  const url = `http://127.0.0.1:${server.port}/`;
  const headers = { accept: "text/html" };
  const first = await fetch(url, { headers });
  const policy = first.headers.get("content-security-policy")!;
  assertMatch(policy, /^default-src 'none'; script-src ('sha256-[\w+/]{43}='( |;))+/);
  for (
    const part of [
      ...["connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"],
      ...["require-trusted-types-for 'script'", "trusted-types 'none'"],
    ]
  ) {
    assert(policy.includes(part), part);
  }
  for (const word of ["unsafe", "*", "http:"]) assertEquals(policy.includes(word), false, word);
  // fetch() accepts gzip, and undoes it.
  const text = await first.text();
  for (const [, script] of text.matchAll(/<script[^>]*>([^]*?)<\/script>/g)) {
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(script));
    assert(policy.includes(`'sha256-${new Uint8Array(bytes).toBase64()}'`));
  }
  const etag = first.headers.get("etag")!;
  const again = await fetch(url, { headers: { ...headers, "if-none-match": etag } });
  assertEquals([again.status, await again.text(), again.headers.get("etag")], [304, "", etag]);
  const plain = { ...headers, "accept-encoding": "identity" };
  const other = await fetch(url, { headers: { ...plain, "if-none-match": etag } });
  assertEquals([other.status, await other.text()], [200, text]);
  assertEquals(other.headers.get("etag") === etag, false);
});

const OBSERVED = {
  "content-type": "application/json",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};
conversation("routes below /stats tell what they know, and refuse queries that they do not know", [
  ['POST /put {"key":"k","value":"v"}', /^200 /],
  ["GET /stats", /^200 \{"version":/, OBSERVED],
  [
    "GET /stats/latency",
    /^200 \{"groups":\{"all":\{"count":\d+,"meanUs":[\d.]+,"p50Us":.*"string":\{.*"lockWaits":\{"count":\d+,"totalMs":[\d.]+\},"lagMs":/,
    OBSERVED,
  ],
  [
    "GET /stats/shards",
    /^200 \{"slotsPerShard":\d+,"sampledEvery":\d+,"shards":\[\{"shard":0,"items":\d.*"slots":"[-pnm]{250,256}","fill":"[0-8]+","age":"[-\d]+","count":/,
    OBSERVED,
  ],
  [
    "GET /stats/history",
    /^200 \{"stepSeconds":5,"atSeconds":\[[\d,]*\],"series":\{"httpPerSecond":\[/,
    OBSERVED,
  ],
  ["GET /stats/history?count=1", /^400 /],
  // A busy machine makes any command slow.
  ["GET /stats/slow", /^200 \{"slowerThanUs":10000,"commands":\[.*\]\}$/, OBSERVED],
  ["GET /stats/slow?count=100", /^200 /],
  ["GET /stats/clients?count=1", '200 {"total":0,"clients":[]}', OBSERVED],
  ["GET /stats/commands", /^200 \{"commands":\[\{"name":"GET","group":"string",/, OBSERVED],
  ["HEAD /stats/commands", "200", OBSERVED],
  ["POST /stats/slow {}", /^405 /, { allow: "GET, HEAD" }],
  ...["0", "101", "-1", "1.5", "x", ""].map((count): Exchange => [
    `GET /stats/slow?count=${count}`,
    "400 " +
    errorBody('Query parameter "count" is not valid. Send an integer from 1 to 100.'),
  ]),
  ["GET /stats/clients?most=1", /^400 .*Unknown query parameter .*most.*This route takes count/],
  ["GET /stats/shards?x", /^400 .*This route takes no query string/],
  ["GET /stats/latency?count=1", /^400 /],
  ["GET /stats/commands?count=1", /^400 /],
]);

Deno.test("/stats/clients and /stats/slow show clients of any worker, by any worker", async () => {
  const options = ["--workers", "2", "--resp-port", "0"];
  await using server = await TestServer.start(options);
  const port = respPort(server);
  const clients = await Promise.all(
    Array.from({ length: 6 }, () => RawClient.connect({ hostname: "127.0.0.1", port })),
  );
  const ask = async (client: RawClient, line: string) => {
    await client.send(`${line}\r\n`);
    assertEquals(await client.receiveText(5), "+OK\r\n");
  };
  try {
    await ask(clients[0]!, "CONFIG SET slowlog-log-slower-than 0");
    for (const [i, client] of clients.entries()) await ask(client, `CLIENT SETNAME tester-${i}`);
    for (let i = 0; i < 4; i++) {
      const { total, clients: shown } = await observed(server, "clients?count=5");
      assertEquals([total, shown.length], [6, 5]);
      for (const { name } of shown) assertMatch(name, /^tester-\d$/);
      const { slowerThanUs, commands } = await observed(server, "slow?count=3");
      assertEquals([slowerThanUs, commands.length], [0, 3]);
      assertMatch(commands[0].words.join(" "), /^CLIENT SETNAME tester-\d$/i);
      assert(Number.isInteger(commands[0].tookUs));
    }
  } finally {
    for (const client of clients) client.close();
  }
});

// deno-lint-ignore no-explicit-any
async function observed(server: TestServer, route: string): Promise<any> {
  return await (await fetch(`http://127.0.0.1:${server.port}/stats/${route}`)).json();
}

Deno.test("listeners of /stats/live do not keep the server from stopping, and are told in order", async () => {
  await using server = await TestServer.start();
  const answer = await fetch(`http://127.0.0.1:${server.port}/stats/live`);
  const reader = answer.body!.getReader();
  await reader.read();
  server.kill("SIGTERM");
  while (!(await reader.read()).done);
  assertEquals((await server.ended()).code, 0);
});

Deno.test("/stats/live tells once a second what every worker does", async () => {
  await using server = await TestServer.start(["--workers", "2"]);
  const url = `http://127.0.0.1:${server.port}`;
  const answer = await fetch(`${url}/stats/live`);
  assertEquals(answer.headers.get("content-type"), "text/event-stream");
  assertEquals(answer.headers.get("cache-control"), "no-store, no-transform");
  const put = { method: "POST", body: '{"key":"k","value":"v"}' };
  for (let i = 0; i < 20; i++) await (await fetch(`${url}/put`, put)).text();
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  const facts = JSON.parse(/^data: ?(.*)\n\n$/.exec(value!)![1]!);
  assertEquals([facts.state, facts.items, facts.connections.live], ["ready", 1, 1]);
  assert(facts.latency.all.perSecond > 0 && facts.latency.string.p50Us > 0, value);
  assert(facts.putsPerSecond > 0 && facts.requestsPerSecond.http > 0, value);
  assertEquals(facts.workers.map(({ worker }: { worker: number }) => worker), [1, 2]);
  await reader.cancel();
});
