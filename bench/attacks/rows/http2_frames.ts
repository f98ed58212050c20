/**
 * Frames of HTTP/2 clients as bytes (RFC 9113), with header fields in literal form without Huffman coding (RFC 7541), for
 * clients that begin with HTTP/2 over plain TCP. As much of both as attacks take.
 */

import { joined, utf8 } from "../messages.ts";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const PING = 6;
const WINDOW_UPDATE = 8;
const CONTINUATION = 9;

const END_STREAM = 1;
const END_HEADERS = 4;
const CANCEL = 8;
const INITIAL_WINDOW_SIZE = 4;
const FRAME_HEAD_BYTES = 9;

/** One frame. */
function frame(type: number, flags: number, stream: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEAD_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, payload.length >>> 8);
  bytes[2] = payload.length & 0xff;
  bytes[3] = type;
  bytes[4] = flags;
  view.setUint32(5, stream);
  bytes.set(payload, FRAME_HEAD_BYTES);
  return bytes;
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** What a client begins with; `windowBytes` is what the server may send of each stream unasked. */
export function opening(windowBytes: number): Uint8Array {
  const setting = joined(new Uint8Array([0, INITIAL_WINDOW_SIZE]), uint32(windowBytes));
  return joined(PREFACE, frame(SETTINGS, 0, 0, setting));
}

/** Lets the server send so many bytes more on a stream, or with stream 0 on all together. */
export function windowUpdate(stream: number, bytes: number): Uint8Array {
  return frame(WINDOW_UPDATE, 0, stream, uint32(bytes));
}

/** A GET of a path of at most 126 characters, on a stream of an odd number. */
export function get(stream: number, path: string): Uint8Array {
  return frame(HEADERS, END_STREAM | END_HEADERS, stream, requestFields(path));
}

/** The beginning of a GET whose header fields go on in frames that {@linkcode moreFields} makes. */
export function openGet(stream: number, path: string): Uint8Array {
  return frame(HEADERS, END_STREAM, stream, requestFields(path));
}

/** More header fields of an open GET, none of them the last. */
export function moreFields(stream: number, count: number): Uint8Array {
  const one = joined(new Uint8Array([0]), literal("x-more"), literal("y".repeat(100)));
  return frame(CONTINUATION, 0, stream, joined(...Array.from({ length: count }, () => one)));
}

/** Ends a stream at once. */
export function reset(stream: number): Uint8Array {
  return frame(RST_STREAM, 0, stream, uint32(CANCEL));
}

/** A PING, which the server has to answer. */
export function ping(): Uint8Array {
  return frame(PING, 0, 0, new Uint8Array(8));
}

/** Empty SETTINGS, which the server has to acknowledge. */
export function settings(): Uint8Array {
  return frame(SETTINGS, 0, 0, new Uint8Array(0));
}

/** :method GET and :scheme http from the static table, :path and :authority as literals under its names. */
function requestFields(path: string): Uint8Array {
  const [method, scheme, pathName, authorityName] = [0x82, 0x86, 0x04, 0x01];
  return joined(
    new Uint8Array([method, scheme, pathName]),
    literal(path),
    new Uint8Array([authorityName]),
    literal("localhost"),
  );
}

/** A string without Huffman coding, of at most 126 bytes. */
function literal(text: string): Uint8Array {
  const bytes = utf8(text);
  return joined(new Uint8Array([bytes.length]), bytes);
}
