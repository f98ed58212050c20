/**
 * The floor of the HTTP benchmark: a bare Deno.serve that answers constants of the same length as
 * a cache would, and reads the body of a PUT as any cache must. It stores nothing.
 * Prints its port on stdout.
 */

import { keyOf, valueOf } from "../workload.ts";
import { hitBody, PUT_BODY } from "./messages.ts";

const GOT = hitBody(keyOf(0), valueOf(0, 0, 64));
const INIT = { headers: { "content-type": "application/json" } };

async function put(request: Request): Promise<Response> {
  await request.bytes();
  return new Response(PUT_BODY, INIT);
}

Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) },
  (request) => request.method === "POST" ? put(request) : new Response(GOT, INIT),
);
