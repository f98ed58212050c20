// Every error of the routes with its exact body and headers: what a client did wrong, and what the
// server cannot take right now.

import { assertEquals, assertMatch } from "@std/assert";
import { conversation, errorBody, type Exchange, PUT_OK } from "./conversation.ts";
import { requestBytes } from "./raw_client.ts";
import { TestServer, until } from "./server.ts";

const SEND_OBJECT = 'Send an object such as {"key":"k","value":"v"}.';
const ONE_CHARACTER = "Send a key of at least one character.";
const NOT_JSON = `400 ${errorBody(`Request body is not valid JSON. ${SEND_OBJECT}`)}`;
const INVALID_UTF8 = "400 " +
  errorBody("Request body is not valid UTF-8. Send JSON encoded as UTF-8.");

const refused = (request: string, message: string): Exchange => [
  request,
  "400 " + errorBody(message),
  { "content-type": "application/json" },
];

conversation("a put that is not valid answers 400 and says why", [
  ["POST /put {", NOT_JSON],
  ["POST /put {} {}", NOT_JSON],
  refused("POST /put ", `Request body is empty. ${SEND_OBJECT}`),
  refused("POST /put [1]", `Request body is not a JSON object. ${SEND_OBJECT}`),
  refused("POST /put null", `Request body is not a JSON object. ${SEND_OBJECT}`),
  refused('POST /put {"value":"v"}', 'Field "key" is missing. Send it as a string.'),
  refused('POST /put {"key":"k"}', 'Field "value" is missing. Send it as a string.'),
  refused('POST /put {"key":"","value":"v"}', `Field "key" is empty. ${ONE_CHARACTER}`),
  refused('POST /put {"key":1,"value":"v"}', 'Field "key" is not a string. Send it as a string.'),
  refused(
    'POST /put {"key":"k","value":null}',
    'Field "value" is not a string. Send it as a string.',
  ),
  refused(
    `POST /put {"key":"${"k".repeat(257)}","value":"v"}`,
    'Field "key" is too long. Send at most 256 characters.',
  ),
  refused(
    `POST /put {"key":"k","value":"${"v".repeat(257)}"}`,
    'Field "value" is too long. Send at most 256 characters, ' +
      "or PUT /store/{key}, or start with a larger --max-value.",
  ),
  refused(
    'POST /put {"key":"\\ud800","value":"v"}',
    'Field "key" contains a lone surrogate. Send well-formed Unicode text.',
  ),
  refused(
    'POST /put {"key":"k","value":"\\udc00"}',
    'Field "value" contains a lone surrogate. Send well-formed Unicode text.',
  ),
  ...["0", "-1", '"30"', "null", "1e99", "true"].map((ttl) =>
    refused(
      `POST /put {"key":"k","value":"v","ttl":${ttl}}`,
      'Field "ttl" is not valid. Send seconds, a number, above 0 and at most 3153600000.',
    )
  ),
  refused(
    'POST /put {"key":"k","value":"v","tll":30}',
    'Unknown field "tll". Valid fields are "key", "value", "ttl", "ifAbsent", "ifPresent", ' +
      '"ifVersion".',
  ),
  refused(
    'POST /put {"key":"k","value":"v","ifAbsent":true,"ifPresent":true}',
    'More than one condition is set. Send one of "ifAbsent", "ifPresent" and "ifVersion".',
  ),
  refused(
    'POST /put {"key":"k","value":"v","ifVersion":-1}',
    'Field "ifVersion" is not valid. Send an integer from 0 (absent) to 281474976710655.',
  ),
  refused(
    'POST /put {"key":"k","value":"v","ifAbsent":1}',
    'Field "ifAbsent" is not valid. Send true or false.',
  ),
  ["GET /get?key=k", '200 {"status":"ERROR","message":"Key not found."}'],
]);

conversation("a query that is not valid answers 400 and says why", [
  refused("GET /get", 'Query parameter "key" is missing. Send it, such as ?key=k.'),
  refused("GET /get?", 'Query parameter "key" is missing. Send it, such as ?key=k.'),
  refused("GET /get?key=", `Query parameter "key" is empty. ${ONE_CHARACTER}`),
  refused(
    `GET /get?key=${"k".repeat(257)}`,
    'Query parameter "key" is too long. Send at most 256 characters.',
  ),
  ...["%ff", "%zz", "%"].map((key) =>
    refused(
      `GET /get?key=${key}`,
      "Query is not valid. Send UTF-8, percent-encoded, such as ?key=caf%C3%A9.",
    )
  ),
  refused("GET /get?key=k&meta=2", 'Query parameter "meta" is not valid. Send 0 or 1.'),
  refused(
    "GET /get?key=k&mta=1",
    'Unknown query parameter "mta". This route takes key and meta.',
  ),
  refused("DELETE /delete", 'Query parameter "key" is missing. Send it, such as ?key=k.'),
]);

conversation("a body of another route that is not valid answers 400 and says why", [
  refused('POST /delete {"key":["k"]}', 'Field "key" is not a string. Send it as a string.'),
  ...["1.5", "9223372036854775808", '"x"', "null"].map((by) =>
    refused(
      `POST /incr {"key":"k","by":${by}}`,
      'Field "by" is not valid. Send an integer, or a string such as "10" for a 64-bit integer.',
    )
  ),
  refused(
    'POST /mget {"keys":"k"}',
    'Field "keys" is not valid. Send an array of at least one key.',
  ),
  refused(
    'POST /mget {"keys":[]}',
    'Field "keys" is not valid. Send an array of at least one key.',
  ),
  refused('POST /mget {"keys":["k",1]}', "keys[1] is not a string. Send it as a string."),
  refused(
    'POST /mput {"items":[]}',
    'Field "items" is not valid. Send an array of at least one item.',
  ),
  refused('POST /mput {"items":[{"key":"k"}]}', "items[0].value is missing. Send it as a string."),
  refused(
    'POST /mget?key=k {"keys":["k"]}',
    "This route takes no query string. Send the keys in the body.",
  ),
]);

conversation("paths and methods that there are not answer 404 and 405", [
  ["GET /nothing", "404 " + errorBody("Unknown path. GET / lists what there is.")],
  ["GET /get/../put", /^40[04] /],
  ["GET /put", "405 " + errorBody("Method not allowed. Use POST."), { allow: "POST" }],
  [
    "PUT /get?key=k",
    "405 " + errorBody("Method not allowed. Use GET, HEAD."),
    { allow: "GET, HEAD" },
  ],
  [
    "PATCH /delete",
    "405 " + errorBody("Method not allowed. Use DELETE, POST."),
    { allow: "DELETE, POST" },
  ],
  ["POST /get/k ", "405 " + errorBody("Method not allowed. Use GET, HEAD.")],
  [
    "GET /store/k",
    "405 " + errorBody("Method not allowed. Use PUT, POST, DELETE."),
    { allow: "PUT, POST, DELETE" },
  ],
  ["PUT / {}", /^405 /, { allow: "GET, HEAD, POST" }],
  ["TRACE /get?key=k", /^405 /],
]);

Deno.test("a body that is not UTF-8 answers 400, in every field", async () => {
  await using server = await TestServer.start();
  using client = await server.connect();
  for (const at of ["key", "value"]) {
    const request = requestBytes(`POST /put {"key":"k","value":"v"}`);
    request[new TextDecoder().decode(request).indexOf(at === "key" ? 'k",' : 'v"}')] = 0xff;
    await client.send(request);
    const { status, text } = await client.receive();
    assertEquals(`${status} ${text}`, INVALID_UTF8);
  }
});

Deno.test("a body that is too large answers 413, declared or not", async () => {
  await using server = await TestServer.start(["--max-value-bytes", "100KiB"]);
  const tooLarge = (bytes: number) =>
    `413 ${errorBody(`Request body is too large. Send at most ${bytes} bytes.`)}`;
  assertEquals(await server.ask("POST /put\ncontent-length: 65537"), tooLarge(65536));
  assertEquals(await server.ask("PUT /store/k\ncontent-length: 102401"), tooLarge(102400));
  using client = await server.connect();
  await client.send(requestBytes("POST /put\ntransfer-encoding: chunked"));
  for (let i = 0; i < 9; i++) await client.send(`2000\r\n${"x".repeat(8192)}\r\n`);
  const { status, text, headers } = await client.receive();
  assertEquals(`${status} ${text}`, tooLarge(65536));
  assertEquals(headers.get("content-type"), "application/json");
  assertEquals((await server.ask(`POST /put ${" ".repeat(65536)}`)).slice(0, 4), "400 ");
});

Deno.test("a body whose length is no number answers 400 and closes, and nobody's body is refused for it", async () => {
  await using server = await TestServer.start();
  const wanted = errorBody("Header content-length is not a number. Send it once, as digits.");
  const body = '{"key":"k","value":"v"}'.padEnd(50_000);
  for (let i = 0; i < 3; i++) {
    using client = await server.connect();
    await client.send(requestBytes("POST /put\ncontent-length: 50000\ncontent-length: 50000"));
    const { status, text, headers } = await client.receive();
    assertEquals([status, text, headers.get("connection")], [400, wanted, "close"]);
  }
  assertEquals((await server.stats()).workers[0]!.bodyBytes, 0);
  using client = await server.connect();
  await client.send(requestBytes("POST /put\ncontent-length: 50000"));
  await client.send(body);
  assertEquals((await client.receive()).status, 200);
});

Deno.test("a body of thousands of chunks answers 413 and closes", async () => {
  await using server = await TestServer.start();
  using client = await server.connect();
  await client.send(requestBytes("POST /put\ntransfer-encoding: chunked"));
  await client.send("1\r\nx\r\n".repeat(5000));
  const { status, text, headers } = await client.receive();
  const wanted = errorBody("Request body has too many chunks. Send larger ones.");
  assertEquals([status, text], [413, wanted]);
  // Where a body is left unread, Deno says it once more.
  assertMatch(headers.get("connection")!, /^close/);
});

Deno.test("bodies that are only declared hold no memory from others", async () => {
  await using server = await TestServer.start(["--body-memory", "2MiB"]);
  const idle = await Promise.all(Array.from({ length: 20 }, () => server.connect()));
  for (const client of idle) {
    await client.send(requestBytes("PUT /store/k\ncontent-length: 1000000"));
  }
  await until("all wait", async () => (await server.stats()).workers[0]!.inFlight === 20);
  using client = await server.connect();
  await client.send(requestBytes("PUT /store/k\ncontent-length: 1000000"));
  await client.send("x".repeat(1_000_000));
  assertEquals((await client.receive()).status, 200);
  for (const client of idle) client.close();
});

Deno.test("a body that does not come in time answers 408 and asks to close", async () => {
  await using server = await TestServer.start(["--body-timeout", "300ms"]);
  using client = await server.connect();
  await client.send(requestBytes('POST /put\ncontent-length: 30\n\n{"key"'));
  const { status, text, headers } = await client.receive();
  const wanted = errorBody("Request body did not arrive within 0.3 s. Send it faster.");
  assertEquals(`${status} ${text}`, `408 ${wanted}`);
  assertEquals(headers.get("connection")?.includes("close"), true);
  await until("the body that was given up no longer counts", async () => {
    const { inFlight, bodyBytes } = (await server.stats()).workers[0]!;
    return inFlight === 0 && bodyBytes === 0;
  });
  assertEquals(await server.ask("GET /get?key=k"), `200 ${errorBody("Key not found.")}`);
});

for (
  const [name, args, held] of [
    ["--max-in-flight", ["--max-in-flight", "1"], 30],
    [
      "--body-memory",
      ["--body-memory", "64KiB", "--max-value-bytes", "64KiB"],
      60_000,
    ],
  ] as const
) {
  Deno.test(`more than ${name} allows answers 503 with Retry-After, until there is memory`, async () => {
    await using server = await TestServer.start([...args]);
    using slow = await server.connect();
    await slow.send(requestBytes(`POST /put\ncontent-length: ${held}`));
    const body = '{"key":"slow","value":"v"}'.padEnd(held);
    await slow.send(body.slice(0, -1));
    await until(
      "the slow body counts",
      async () => {
        const { inFlight, bodyBytes } = (await server.stats()).workers[0]!;
        return inFlight > 0 && bodyBytes >= held;
      },
    );
    using client = await server.connect();
    await client.send(requestBytes(`POST /put\ncontent-length: 10000\n\n${" ".repeat(9999)}`));
    const { status, text, headers } = await client.receive();
    const wanted = errorBody("Too many requests in work. Try again in a moment.");
    assertEquals(`${status} ${text}`, `503 ${wanted}`);
    assertEquals(headers.get("retry-after"), "1");
    assertEquals((await server.stats()).total.overloads, 1);
    assertEquals(await server.ask("GET /health"), '200 {"status":"healthy"}');
    await slow.send(body.slice(-1));
    assertEquals((await slow.receive()).status, 200);
    assertEquals(await server.ask('POST /put {"key":"k","value":"v"}'), PUT_OK);
  });
}
