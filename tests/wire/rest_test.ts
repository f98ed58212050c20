// The REST interface: commands as JSON over POST /, /pipeline and /multi-exec, byte for byte.

import { assertEquals } from "@std/assert";
import { conversation } from "./conversation.ts";
import { requestBytes } from "./raw_client.ts";
import { TestServer, until } from "./server.ts";

const NOT_COMMAND =
  '400 {"error":"ERR command is not an array that begins with its name, send one such as [\\"SET\\",\\"k\\",\\"v\\"]"}';

conversation("POST / runs one command", [
  ['POST / ["SET","k","v","EX",10]', '200 {"result":"OK"}'],
  ['POST / ["get","k"]', '200 {"result":"v"}'],
  ['POST / ["GET","none"]', '200 {"result":null}'],
  ['POST / ["SET","k","w","NX"]', '200 {"result":null}'],
  ['POST / ["SET","n",9007199254740993]', '200 {"result":"OK"}'],
  ['POST / ["INCR","n"]', '200 {"result":9007199254740994}'],
  ['POST / ["MGET","k","none"]', '200 {"result":["v",null]}'],
  ['POST / ["SET","b",true]', '200 {"result":"OK"}'],
  ['POST / ["GET","b"]', '200 {"result":"true"}'],
  ['POST / ["PING"]', '200 {"result":"PONG"}'],
  ['POST / ["SET","k"]', `400 {"error":"ERR wrong number of arguments for 'set' command"}`],
  [
    'POST / ["FOO","a"]',
    `400 {"error":"ERR unknown command 'FOO', with args beginning with: 'a' "}`,
  ],
  ['POST / ["INCR","k"]', '400 {"error":"ERR value is not an integer or out of range"}'],
  [
    'POST / ["MULTI"]',
    '400 {"error":"ERR MULTI is not possible here, POST /multi-exec for MULTI"}',
  ],
  [
    'POST / ["AUTH","secret"]',
    '400 {"error":"ERR AUTH is not possible here, send Authorization: Bearer TOKEN"}',
  ],
  ['POST / ["QUIT"]', '400 {"error":"ERR QUIT is not possible here, each request is for itself"}'],
  ["POST / []", NOT_COMMAND],
  ["POST / {}", NOT_COMMAND],
  [
    "POST / nonsense",
    '400 {"error":"ERR body is not valid JSON, send an array such as [\\"SET\\",\\"k\\",\\"v\\"]"}',
  ],
]);

const ONE_DATABASE =
  '{"error":"ERR requests over HTTP are about database 0, use RESP to SELECT another one"}';

conversation(
  "the REST interface is about database 0, and reaches others by MOVE, COPY and SWAPDB",
  [
    ['POST / ["SELECT",0]', '200 {"result":"OK"}'],
    ['POST / ["SELECT",1]', `400 ${ONE_DATABASE}`],
    ['POST / ["SELECT",16]', '400 {"error":"ERR DB index is out of range"}'],
    ['POST / ["SET","k","v"]', '200 {"result":"OK"}'],
    ['POST /pipeline [["SELECT",1],["GET","k"]]', `200 [${ONE_DATABASE},{"result":"v"}]`],
    ['POST /multi-exec [["SELECT",1],["GET","k"]]', `200 [${ONE_DATABASE},{"result":"v"}]`],
    ['POST / ["MOVE","k",1]', '200 {"result":1}'],
    ['POST / ["GET","k"]', '200 {"result":null}'],
    ["GET /get?key=k", '200 {"status":"ERROR","message":"Key not found."}'],
    ['POST / ["SWAPDB",0,1]', '200 {"result":"OK"}'],
    ["GET /get?key=k", '200 {"status":"OK","key":"k","value":"v"}'],
    ['POST / ["FLUSHDB"]', '200 {"result":"OK"}'],
    ['POST / ["DBSIZE"]', '200 {"result":0}'],
  ],
);

conversation("POST /pipeline answers each command, whatever became of the others", [
  [
    'POST /pipeline [["SET","a",1],["INCR","a"],["FOO"],["GET","a"],7]',
    `200 [{"result":"OK"},{"result":2},{"error":"ERR unknown command 'FOO', with args beginning with: "},` +
    `{"result":"2"},${NOT_COMMAND.slice(4)}]`,
  ],
  ["POST /pipeline []", "200 []"],
  [
    'POST /pipeline {"a":1}',
    '400 {"error":"ERR body is not an array of commands, send one such as [[\\"SET\\",\\"k\\",\\"v\\"],[\\"GET\\",\\"k\\"]]"}',
  ],
]);

conversation("POST /multi-exec runs all commands or none", [
  [
    'POST /multi-exec [["SET","a",1],["INCRBY","a",2],["SET","t","x"],["INCR","t"],["MGET","a","z"]]',
    '200 [{"result":"OK"},{"result":3},{"result":"OK"},{"error":"ERR value is not an integer or out of range"},{"result":["3",null]}]',
  ],
  [
    'POST /multi-exec [["SET","a",9],["SET","a"]]',
    `400 {"error":"EXECABORT Transaction discarded because of: ERR wrong number of arguments for 'set' command"}`,
  ],
  ['POST / ["GET","a"]', '200 {"result":"3"}'],
  ["POST /multi-exec []", "200 []"],
]);

conversation("Upstash-Encoding: base64 encodes all strings but a bare OK", [
  ['POST /\nupstash-encoding: base64\n\n["SET","k","OK"]', '200 {"result":"OK"}'],
  ['POST /\nupstash-encoding: base64\n\n["GET","k"]', '200 {"result":"T0s="}'],
  ['POST /\nupstash-encoding: base64\n\n["MGET","k","none"]', '200 {"result":["T0s=",null]}'],
  ['POST /\nupstash-encoding: base64\n\n["STRLEN","k"]', '200 {"result":2}'],
  [
    'POST /multi-exec\nupstash-encoding: base64\n\n[["SET","k","v"],["GET","k"]]',
    '200 [{"result":"OK"},{"result":"dg=="}]',
  ],
]);

Deno.test("what is no text is delivered in base64 and refused plainly", async () => {
  await using server = await TestServer.start();
  await fetch(`http://127.0.0.1:${server.port}/store/k`, {
    method: "POST",
    body: new Uint8Array([0xff, 0]),
  });
  assertEquals(
    await server.ask('POST / ["GET","k"]'),
    '400 {"error":"ERR value is not UTF-8 text, send the header Upstash-Encoding: base64 or read GET /get/{key}"}',
  );
  assertEquals(
    await server.ask('POST /\nupstash-encoding: base64\n\n["GET","k"]'),
    '200 {"result":"/wA="}',
  );
});

conversation(
  "errors of the server reach clients of commands in their form",
  [
    [
      'POST / ["PING"]',
      '401 {"error":"ERR Token is missing or wrong. Send Authorization: Bearer TOKEN."}',
    ],
    ['POST /\nauthorization: Bearer sesame\n\n["PING"]', '200 {"result":"PONG"}'],
    [
      'POST /pipeline\nauthorization: Bearer sesame\norigin: http://evil.example\n\n[["PING"]]',
      '403 {"error":"ERR Origin is not allowed. Start slabkv with --allow-origin to allow it."}',
    ],
  ],
  ["--token", "sesame"],
);

Deno.test("a body over the limit is refused in the form of commands", async () => {
  await using server = await TestServer.start(["--max-value-bytes", "1KiB"]);
  const answer = await server.ask(`POST / ["SET","k","${"x".repeat(100_000)}"]`);
  assertEquals(
    answer,
    '413 {"error":"ERR Request body is too large. Send at most 67584 bytes."}',
  );
});

Deno.test("a pipeline of many KEYS leaves the worker to others", async () => {
  await using server = await TestServer.start(["--workers", "1", "--memory", "256MiB"]);
  await server.ask('POST / ["SET","k","v"]');
  const body = JSON.stringify(Array.from({ length: 10_000 }, () => ["KEYS", "none*"]));
  let isDone = false;
  const long = server.ask(`POST /pipeline ${body}`).finally(() => isDone = true);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const wasDone = isDone;
  assertEquals(await server.ask('POST / ["GET","k"]'), '200 {"result":"v"}');
  assertEquals(wasDone || !isDone, true, "the GET has waited for the pipeline");
  const empty = Array.from({ length: 10_000 }, () => '{"result":[]}');
  assertEquals(await long, `200 [${empty.join(",")}]`);
});

const NO_ADMIN = '400 {"error":"NOPERM administration over HTTP needs --admin or --token, ' +
  'and never comes from a browser but the dashboard"}';

conversation("administration over HTTP is refused unless it was allowed", [
  ['POST / ["SHUTDOWN"]', NO_ADMIN],
  ['POST / ["config","get","port"]', NO_ADMIN],
  ['POST / ["DEBUG","SLEEP","60"]', NO_ADMIN],
  ['POST / ["CLIENT","KILL","TYPE","normal"]', NO_ADMIN],
  ['POST /pipeline [["SLOWLOG","GET"]]', `200 [${NO_ADMIN.slice(4)}]`],
  ['POST / ["PING"]', '200 {"result":"PONG"}'],
]);

conversation(
  "administration over HTTP is allowed by --admin, and never to browsers",
  [
    // On a busy machine any command may be slow.
    ['POST / ["SLOWLOG","LEN"]', /^200 \{"result":\d+\}$/],
    ['POST /\nsec-fetch-site: none\n\n["SLOWLOG","LEN"]', NO_ADMIN],
    ['POST /\nuser-agent: Mozilla/5.0 (Macintosh)\n\n["SHUTDOWN"]', NO_ADMIN],
    [
      'POST /\nsec-fetch-mode: cors\nuser-agent: node\n\n["SLOWLOG","LEN"]',
      /^200 \{"result":\d+\}$/,
    ],
    ['POST /\norigin: http://a.example\n\n["SHUTDOWN"]', NO_ADMIN],
  ],
  ["--admin", "--allow-origin", "http://a.example"],
);

conversation(
  "administration over HTTP is allowed to who bears the token",
  [['POST /\nauthorization: Bearer sesame\n\n["SLOWLOG","LEN"]', /^200 \{"result":\d+\}$/]],
  ["--token", "sesame"],
);

Deno.test("the answers of a pipeline come to 8 MiB together, and those that go beyond are refused", async () => {
  await using server = await TestServer.start(["--workers", "1", "--admin"]);
  const ask = async (...commands: string[][]) => {
    const answer = await server.ask(`POST /pipeline ${JSON.stringify(commands)}`);
    assertEquals([answer.slice(0, 4), answer.length < 9 * 2 ** 20], ["200 ", true]);
    return JSON.parse(answer.slice(4)) as { result?: unknown; error?: string }[];
  };
  // The slow log is held memory, too.
  const kept = await ask(["CONFIG", "SET", "slowlog-log-slower-than", "-1"]);
  assertEquals(kept, [{ result: "OK" }]);
  await server.ask('POST / ["SLOWLOG","RESET"]');
  await server.ask(`PUT /store/v ${"v".repeat(500_000)}`);
  const error = "ERR answer would be too large, ask for less at a time";
  const docs = await ask(...Array(3000).fill(["COMMAND", "DOCS"]), ["SET", "k", "v"]);
  assertEquals([docs.at(-2), docs.at(-1)], [{ error }, { result: "OK" }]);
  const values = await ask(...Array(20).fill(["GET", "v"]), ["INCR", "n"]);
  assertEquals(values.filter(({ error }) => error === undefined).length, 17);
  assertEquals(values.at(-1), { result: 1 });
  assertEquals((await server.stats()).workers[0]!.bodyBytes, 0);
});

Deno.test("pipelines that nobody reads leave memory to others", async () => {
  const args = ["--workers", "1", "--body-memory", "16MiB", "--admin"];
  await using server = await TestServer.start(args);
  // What the slow log holds counts, too, and large values may be slow where others use the CPU.
  await server.ask('POST / ["CONFIG","SET","slowlog-log-slower-than","-1"]');
  await server.ask(`PUT /store/v ${"v".repeat(1_000_000)}`);
  const idlers = await Promise.all(Array.from({ length: 30 }, () => server.connect()));
  const body = JSON.stringify(Array(8).fill(["GET", "v"]));
  for (const idler of idlers) await idler.send(requestBytes(`POST /pipeline ${body}`));
  await until("some are refused", async () => (await server.stats()).total.overloads! > 20);
  assertEquals((await server.stats()).workers[0]!.bodyBytes <= 16 * 2 ** 20, true);
  await until(
    "the silent ones are cut off",
    async () => (await server.ask('POST / ["GET","v"]')).startsWith("200 "),
  );
  for (const idler of idlers) idler.close();
  await until("all is given back", async () => (await server.stats()).workers[0]!.bodyBytes === 0);
});
