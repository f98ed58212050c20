// The REST interface with the command in the path, and the header that clients send back.

import { assertEquals } from "@std/assert";
import { conversation, converse } from "./conversation.ts";
import { TestServer } from "./server.ts";

const SYNC = { "upstash-sync-token": "slabkv" };
const NO_WRITE =
  '403 {"error":"ERR Scripts and commands that change something come by POST, or by GET from no browser."}';

conversation("a command may stand in the path", [
  ["GET /set/foo/bar", '200 {"result":"OK"}', SYNC],
  ["GET /mget/foo/none", '200 {"result":["bar",null]}', SYNC],
  ["GET /set/foo/baz?NX", '200 {"result":null}'],
  ["POST /set/foo?EX=100 b/a r", '200 {"result":"OK"}'],
  ["GET /ttl/foo", '200 {"result":100}'],
  ["GET /mget/foo?x", '200 {"result":["b/a r",null]}'],
  ["GET /SET/gr%C3%BCn/a%2Fb", '200 {"result":"OK"}'],
  ["GET /ping", '200 {"result":"PONG"}'],
  ["GET /incr/n", '200 {"result":1}'],
  ["POST /incr/n", '200 {"result":2}'],
  ["GET /incr/foo", '400 {"error":"ERR value is not an integer or out of range"}', SYNC],
  ["GET /set/foo", `400 {"error":"ERR wrong number of arguments for 'set' command"}`],
  ["GET /multi", '400 {"error":"ERR MULTI is not possible here, POST /multi-exec for MULTI"}'],
  ["PUT /set/foo/bar", '405 {"error":"ERR Method not allowed. Use GET, POST."}'],
  // Routes win over commands.
  ["GET /get/foo", "200 b/a r"],
  ["GET /get?key=foo", '200 {"status":"OK","key":"foo","value":"b/a r"}'],
  ["POST /mget", /^400 \{"status":"ERROR"/],
  [
    "GET /nothing/at/all",
    '404 {"status":"ERROR","message":"Unknown path. GET / lists what there is."}',
  ],
  ["GET /constructor", /^404 /],
]);

conversation("every answer to commands has the header that clients send back", [
  ['POST /\nupstash-sync-token: whatever\n\n["PING"]', '200 {"result":"PONG"}', SYNC],
  ['POST / ["FOO"]', /^400 /, SYNC],
  ['POST /pipeline [["PING"]]', '200 [{"result":"PONG"}]', SYNC],
  ['POST /multi-exec [["PING"]]', '200 [{"result":"PONG"}]', SYNC],
  ["POST /pipeline {}", /^400 /, SYNC],
  [
    'POST / ["EVALSHA","abc",0]',
    '400 {"error":"NOSCRIPT No matching script. Please use EVAL."}',
  ],
  ['POST / ["EVAL","return 1",0]', '200 {"result":1}', SYNC],
]);

conversation("a page cannot have a browser change something with a GET or a HEAD", [
  ["GET /script/flush\nsec-fetch-site: cross-site", NO_WRITE],
  ["GET /script/kill\nuser-agent: Mozilla/5.0 (X11; Linux x86_64)", NO_WRITE],
  ["GET /eval_ro/return%201/0\nsec-fetch-site: cross-site", NO_WRITE],
  ["GET /evalsha_ro/abc/0\nsec-fetch-site: cross-site", NO_WRITE],
  ["GET /eval_ro/return%201/0", '200 {"result":1}'],
  ["GET /set/foo/bar\nsec-fetch-site: cross-site", NO_WRITE, SYNC],
  [
    "GET /del/foo\nuser-agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0",
    NO_WRITE,
  ],
  ["GET /flushall\norigin: https://a.example", NO_WRITE],
  ["HEAD /set/foo/bar", /^403/],
  ["GET /exists/foo\nsec-fetch-site: cross-site", '200 {"result":0}'],
  ["POST /set/foo/bar\norigin: https://a.example", /^403 \{"error":"ERR Origin is not allowed/],
]);

conversation(
  "the fetch() of Node, which names a mode as browsers do, may change something with a GET",
  [
    ["GET /set/foo/bar\nsec-fetch-mode: cors\nuser-agent: node", '200 {"result":"OK"}'],
  ],
);

Deno.test("with a token a path needs it, and a browser's GET may write", async () => {
  await using server = await TestServer.start(["--token", "s3cret"]);
  await converse(() => server.connect(), [
    ["GET /set/foo/bar", /^401 \{"error":"ERR Token is missing or wrong/],
    ["GET /set/foo/bar?_token=s3cret", /^401 /],
    ["GET /set/foo/bar\nauthorization: Bearer s3cret\nsec-fetch-site: none", '200 {"result":"OK"}'],
  ]);
});

Deno.test("pages of allowed origins may send the headers of @upstash/redis and read theirs", async () => {
  const origin = "https://app.example";
  await using server = await TestServer.start(["--allow-origin", origin]);
  using client = await server.connect();
  const asked = await client.ask(`OPTIONS /\norigin: ${origin}`);
  const allowed = asked.headers.get("access-control-allow-headers")!.split(", ");
  for (const name of ["authorization", "upstash-encoding", "upstash-sync-token"]) {
    assertEquals(allowed.includes(name), true, name);
  }
  const { headers } = await client.ask(`POST /\norigin: ${origin}\n\n["PING"]`);
  assertEquals(headers.get("access-control-expose-headers"), "upstash-sync-token");
});
