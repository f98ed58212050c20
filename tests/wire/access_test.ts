// Who may ask: Host, Origin, CORS, tokens. The wrong ones get 401 or 403 with the exact body.

import { assertEquals } from "@std/assert";
import { conversation, errorBody, MISS, PUT_OK } from "./conversation.ts";
import { TestServer } from "./server.ts";

const NO_HOST = "403 " +
  errorBody("Host is not allowed. Ask by an address of this server, or --allow-host it.");
const NO_ORIGIN = "403 " +
  errorBody("Origin is not allowed. Start slabkv with --allow-origin to allow it.");
const NO_TOKEN = "401 " +
  errorBody("Token is missing or wrong. Send Authorization: Bearer TOKEN.");
const PUT = '{"key":"k","value":"v"}';
const NO_CORS = { "access-control-allow-origin": null };

conversation("only hosts of this machine are answered", [
  ["GET /get?key=k\nhost: 127.0.0.1:7171", MISS],
  ["GET /get?key=k\nhost: LOCALHOST", MISS],
  ["GET /get?key=k\nhost: app.localhost:3000", MISS],
  ["GET /get?key=k\nhost: [::1]:7171", MISS],
  ["GET /get?key=k\nhost: evil.example", NO_HOST, { "content-type": "application/json" }],
  ["GET /get?key=k\nhost: 127.0.0.1.evil.example", NO_HOST],
  ["GET /get?key=k\nhost: localhost.evil.example:7171", NO_HOST],
  [`POST /put\nhost: evil.example\n\n${PUT}`, NO_HOST],
  ["GET /health\nhost: evil.example", NO_HOST],
]);

conversation("--allow-host answers these hosts too, and no others", [
  ["GET /get?key=k\nhost: cache.example:7171", MISS],
  ["GET /get?key=k\nhost: Cache.Example", MISS],
  ["GET /get?key=k\nhost: other.example:99", MISS],
  ["GET /get?key=k\nhost: other.example", NO_HOST],
  ["GET /get?key=k\nhost: localhost", MISS],
  ["GET /get?key=k\nhost: evil.example", NO_HOST],
], ["--allow-host", "cache.example,other.example:99"]);

conversation("pages of other sites cannot write", [
  [`POST /put\norigin: http://evil.example\n\n${PUT}`, NO_ORIGIN, NO_CORS],
  [`POST /put\norigin: null\n\n${PUT}`, NO_ORIGIN],
  [`POST /put\norigin: http://localhost:1\n\n${PUT}`, NO_ORIGIN],
  ["DELETE /delete?key=k\norigin: http://evil.example", NO_ORIGIN],
  ["PUT /store/k\norigin: http://evil.example\n\nv", NO_ORIGIN],
  ["GET /get?key=k\norigin: http://evil.example", MISS, NO_CORS],
  [`POST /put\nhost: localhost:7171\norigin: http://localhost:7171\n\n${PUT}`, PUT_OK],
]);

const APP = "https://app.example";
const SHARED = { "access-control-allow-origin": APP, vary: "Origin" };
conversation("--allow-origin lets these pages ask and read", [
  [`POST /put\norigin: ${APP}\n\n${PUT}`, PUT_OK, SHARED],
  [`GET /get?key=x\norigin: ${APP}`, MISS, SHARED],
  [`GET /nothing\norigin: ${APP}`, /^404 /, SHARED],
  [
    `OPTIONS /put\norigin: ${APP}\naccess-control-request-method: POST`,
    "204",
    {
      ...SHARED,
      "access-control-allow-methods": "GET, HEAD, POST, PUT, DELETE",
      "access-control-allow-headers":
        "authorization, cache-control, content-type, upstash-encoding, upstash-sync-token, " +
        "upstash-telemetry-platform, upstash-telemetry-runtime, upstash-telemetry-sdk",
      "access-control-max-age": "600",
    },
  ],
  [`POST /put\norigin: https://evil.example\n\n${PUT}`, NO_ORIGIN, NO_CORS],
  ["OPTIONS /put\norigin: https://evil.example", NO_ORIGIN, NO_CORS],
  ["GET /get?key=x", MISS, NO_CORS],
], ["--allow-origin", APP]);

const REFUSED = { "www-authenticate": "Bearer", "content-type": "application/json" };
conversation("--token is asked of every request but probes", [
  ["GET /get?key=k", NO_TOKEN, REFUSED],
  [`POST /put ${PUT}`, NO_TOKEN, REFUSED],
  ["GET /get/k", NO_TOKEN],
  ["GET /stats", NO_TOKEN],
  ["GET /", NO_TOKEN],
  ["GET /nothing", NO_TOKEN],
  ["GET /get?key=k\nauthorization: Bearer wrong", NO_TOKEN],
  ["GET /get?key=k\nauthorization: Bearer s3cre", NO_TOKEN],
  ["GET /get?key=k\nauthorization: Bearer s3crett", NO_TOKEN],
  ["GET /get?key=k\nauthorization: Basic s3cret", NO_TOKEN],
  ["GET /get?key=k\nauthorization: Bearer s3cret", MISS],
  [`POST /put\nauthorization: bearer s3cret\n\n${PUT}`, PUT_OK],
  ["GET /health", '200 {"status":"healthy"}'],
  ["GET /ready", '200 {"status":"ready"}'],
  ["GET /health/", NO_TOKEN],
], ["--token", "s3cret"]);

Deno.test("SLABKV_TOKEN does what --token does, and is never printed", async () => {
  await using server = await TestServer.start([], { SLABKV_TOKEN: "s3cret" });
  assertEquals(await server.ask("GET /get?key=k"), NO_TOKEN);
  assertEquals(await server.ask("GET /get?key=k\nauthorization: Bearer s3cret"), MISS);
  assertEquals((JSON.stringify(server.events) + server.stderr).includes("s3cret"), false);
});
