/**
 * The floor of the HTTP benchmark: a bare Deno.serve that answers constants of the same length as
 * a cache would, and reads the body of a PUT as any cache must. It stores nothing.
 * Prints its port on stdout.
 */

import { floorHit, keySetAt } from "./items.ts";

const SET = keySetAt(0, { keyCount: 1, valueBytes: 64 });
const GOT = floorHit(SET);
const STORED = new TextDecoder().decode(SET.messages.stored);
const INIT = { headers: { "content-type": "application/json" } };

async function put(request: Request): Promise<Response> {
  await request.bytes();
  return new Response(STORED, INIT);
}

Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) },
  (request) => request.method === "POST" ? put(request) : new Response(GOT, INIT),
);
