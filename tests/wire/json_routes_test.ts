// The JSON routes, byte for byte, as docs/api.md gives them: bodies, key order, misses, conditions,
// times to live, counting, several keys at once.

import { assertEquals } from "@std/assert";
import {
  conversation,
  converse,
  DELETE_OK,
  errorBody,
  MISS,
  NOT_MET,
  PUT_OK,
} from "./conversation.ts";
import { TestServer, until } from "./server.ts";

const JSON_TYPE = { "content-type": "application/json", "content-encoding": null };

conversation("/put, /get and /delete answer the documented bytes", [
  ["GET /get?key=k", MISS, JSON_TYPE],
  ['POST /put {"key":"k","value":"v"}', PUT_OK, { ...JSON_TYPE, "content-length": "62" }],
  ["GET /get?key=k", '200 {"status":"OK","key":"k","value":"v"}', JSON_TYPE],
  ['POST /put { "value" : "w" , "key" : "k" }', PUT_OK],
  ["GET /get?key=k", '200 {"status":"OK","key":"k","value":"w"}'],
  ['POST /put\ncontent-type: text/plain\n\n{"key":"k","value":""}', PUT_OK],
  ["GET /get?key=k", '200 {"status":"OK","key":"k","value":""}'],
  ['POST /put {"key":"k","value":"a","value":"b"}', PUT_OK],
  ["GET /get?key=k", '200 {"status":"OK","key":"k","value":"b"}'],
  ["DELETE /delete?key=k", DELETE_OK, JSON_TYPE],
  ["DELETE /delete?key=k", MISS, JSON_TYPE],
  ['POST /put {"key":"k","value":"v"}', PUT_OK],
  ['POST /delete {"key":"k"}', DELETE_OK],
  ['POST /delete {"key":"k"}', MISS],
  ["GET /get?key=k", MISS],
]);

conversation("keys and values keep every character", [
  ['POST /put {"key":"a b","value":"\\"\\\\\\n\\u0000/€😀"}', PUT_OK],
  ["GET /get?key=a+b", '200 {"status":"OK","key":"a b","value":"\\"\\\\\\n\\u0000/€😀"}'],
  ["GET /get?key=a%20b", '200 {"status":"OK","key":"a b","value":"\\"\\\\\\n\\u0000/€😀"}'],
  ['POST /put {"key":"caf\\u00e9","value":"\\ud83d\\ude00"}', PUT_OK],
  ["GET /get?key=caf%C3%A9", '200 {"status":"OK","key":"café","value":"😀"}'],
  ['POST /put {"key":"cafe\\u0301","value":"other"}', PUT_OK],
  ["GET /get?key=caf%C3%A9", '200 {"status":"OK","key":"café","value":"😀"}'],
  [`POST /put {"key":"${"😀".repeat(256)}","value":"${"€".repeat(256)}"}`, PUT_OK],
  [
    `GET /get?key=${encodeURIComponent("😀".repeat(256))}`,
    `200 {"status":"OK","key":"${"😀".repeat(256)}","value":"${"€".repeat(256)}"}`,
  ],
]);

conversation("?key= of a put may repeat its key", [
  ['POST /put?key=a+b {"key":"a b","value":"v"}', PUT_OK],
  ['POST /incr?key=n {"key":"n","by":2}', '200 {"status":"OK","key":"n","value":"2"}'],
  ['POST /delete?key=n {"key":"n"}', DELETE_OK],
  [
    'POST /put?key=c {"key":"a b","value":"w"}',
    "400 " + errorBody(
      'Query parameter "key" differs from the key in the body. Send the same key, or none.',
    ),
  ],
  ["GET /get?key=a+b", '200 {"status":"OK","key":"a b","value":"v"}'],
]);

conversation("conditions of /put hold or answer 409", [
  ['POST /put {"key":"k","value":"1","ifPresent":true}', NOT_MET],
  ['POST /put {"key":"k","value":"1","ifVersion":7}', NOT_MET],
  ['POST /put {"key":"k","value":"1","ifAbsent":true}', PUT_OK],
  ['POST /put {"key":"k","value":"2","ifAbsent":true}', NOT_MET],
  ['POST /put {"key":"k","value":"3","ifPresent":true}', PUT_OK],
  ["GET /get?key=k", '200 {"status":"OK","key":"k","value":"3"}'],
  ['POST /put {"key":"new","value":"1","ifVersion":0}', PUT_OK],
  ['POST /put {"key":"new","value":"2","ifVersion":0}', NOT_MET],
]);

Deno.test("ifVersion of /put compares with what meta=1 shows", async () => {
  await using server = await TestServer.start();
  await server.ask('POST /put {"key":"k","value":"a","ttl":100}');
  const shown = await server.ask("GET /get?key=k&meta=1");
  const match = /^200 \{"status":"OK","key":"k","value":"a","version":(\d+),"ttl":([\d.]+)\}$/
    .exec(shown);
  const [, version, ttl] = match!;
  assertEquals(Number(ttl) > 90 && Number(ttl) <= 100, true, ttl);
  await converse(() => server.connect(), [
    [`POST /put {"key":"k","value":"b","ifVersion":${version}}`, PUT_OK],
    [`POST /put {"key":"k","value":"c","ifVersion":${version}}`, NOT_MET],
    ["GET /get?key=k&meta=0", '200 {"status":"OK","key":"k","value":"b"}'],
    ["GET /get?key=k&meta=1", /^200 .*"value":"b","version":\d+,"ttl":null\}$/],
    ["GET /get?meta=1&key=absent", MISS],
  ]);
});

Deno.test("ttl of /put, /mput and /store ends an item", async () => {
  await using server = await TestServer.start();
  await converse(() => server.connect(), [
    ['POST /put {"key":"a","value":"1","ttl":0.05}', PUT_OK],
    ['POST /mput {"items":[{"key":"b","value":"1","ttl":0.05},{"key":"c","value":"1"}]}', /^200/],
    ["PUT /store/d?ttl=0.05 1", "200"],
    ['POST /put {"key":"e","value":"1","ttl":60}', PUT_OK],
    ['POST /put {"key":"f","value":"1","ttl":0.05}', PUT_OK],
    ['POST /put {"key":"f","value":"2"}', PUT_OK],
  ]);
  await until("all three have expired", async () => {
    const answer = await server.ask('POST /mget {"keys":["a","b","c","d","e","f"]}');
    return answer.endsWith('"missing":["a","b","d"]}');
  });
});

Deno.test("expired items go without anybody asking for them", async () => {
  await using server = await TestServer.start();
  const items = Array.from({ length: 50 }, (_, i) => `{"key":"k${i}","value":"v","ttl":0.3}`);
  assertEquals(
    await server.ask(`POST /mput {"items":[${items}]}`),
    '200 {"status":"OK","count":50}',
  );
  await until("none is left", async () => (await server.stats()).items === 0);
  assertEquals((await server.stats()).expirations, 50);
});

conversation("/incr counts in 64 bits and refuses the rest with 409", [
  ['POST /incr {"key":"n"}', '200 {"status":"OK","key":"n","value":"1"}', JSON_TYPE],
  ['POST /incr {"key":"n","by":41}', '200 {"status":"OK","key":"n","value":"42"}'],
  ['POST /incr {"key":"n","by":-50}', '200 {"status":"OK","key":"n","value":"-8"}'],
  ["GET /get?key=n", '200 {"status":"OK","key":"n","value":"-8"}'],
  ['POST /put {"key":"n","value":"9223372036854775806"}', PUT_OK],
  ['POST /incr {"key":"n"}', '200 {"status":"OK","key":"n","value":"9223372036854775807"}'],
  ['POST /incr {"key":"n"}', "409 " + errorBody("Result would not fit a 64-bit integer.")],
  ["GET /get?key=n", '200 {"status":"OK","key":"n","value":"9223372036854775807"}'],
  ['POST /put {"key":"n","value":"1.5"}', PUT_OK],
  [
    'POST /incr {"key":"n"}',
    "409 " +
    errorBody("Value is not a 64-bit integer. Put one, such as 0, before counting."),
  ],
  ["GET /get?key=n", '200 {"status":"OK","key":"n","value":"1.5"}'],
]);

conversation("/mput stores all or none, /mget tells found from missing", [
  [
    'POST /mput {"items":[{"key":"a","value":"1"},{"key":"b","value":"2","ttl":60}]}',
    '200 {"status":"OK","count":2}',
    JSON_TYPE,
  ],
  [
    'POST /mget {"keys":["b","x","a","y"]}',
    '200 {"status":"OK","items":[{"key":"b","value":"2"},{"key":"a","value":"1"}],' +
    '"missing":["x","y"]}',
    JSON_TYPE,
  ],
  [
    'POST /mput {"items":[{"key":"c","value":"3"},{"key":"","value":"4"}]}',
    "400 " + errorBody("items[1].key is empty. Send a key of at least one character."),
  ],
  ["GET /get?key=c", MISS],
  ['POST /mput {"items":[{"key":"d","value":"1"},{"key":"d","value":"2"}]}', /^200 /],
  ["GET /get?key=d", '200 {"status":"OK","key":"d","value":"2"}'],
  [
    'POST /mget {"keys":["a","a"]}',
    '200 {"status":"OK","items":[{"key":"a","value":"1"},{"key":"a","value":"1"}],"missing":[]}',
  ],
]);

conversation("--miss-status 404 answers misses with the same body under 404", [
  ["GET /get?key=k", MISS.replace("200", "404"), JSON_TYPE],
  ["DELETE /delete?key=k", MISS.replace("200", "404")],
  ['POST /delete {"key":"k"}', MISS.replace("200", "404")],
  ['POST /put {"key":"k","value":"v"}', PUT_OK],
  ["GET /get?key=k", '200 {"status":"OK","key":"k","value":"v"}'],
], ["--miss-status", "404"]);
