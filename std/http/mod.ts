/**
 * The part of jsr:@std/http that the server uses, from the npm package that carries the same
 * modules. It exists for machines that do not reach JSR; it adds nothing of its own.
 *
 * @module
 */

// @ts-types="./mod.d.ts"
export { STATUS_CODE } from "npm:deno-std@1.4.0/http/status.js";
// @ts-types="./mod.d.ts"
export { accepts, acceptsEncodings } from "npm:deno-std@1.4.0/http/negotiation.js";
// @ts-types="./mod.d.ts"
export { eTag, ifNoneMatch } from "npm:deno-std@1.4.0/http/etag.js";
// @ts-types="./mod.d.ts"
export { ServerSentEventStream } from "npm:deno-std@1.4.0/http/server_sent_event_stream.js";
