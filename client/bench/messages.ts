/**
 * The requests of a load as bytes, in which only key and value are missing, and the exact bodies of
 * their answers (docs/api.md). For the JSON routes or the raw ones. Opens nothing.
 *
 * @module
 */

import type { Access } from "../connection.ts";
import { authorizationLine } from "../exchange.ts";
import { DIGITS } from "./stamped_value.ts";

/** Bytes with places for the digits of a key and for a value. -1: there is no such place. */
export interface Template {
  readonly bytes: Uint8Array;
  readonly keyAt: number;
  readonly valueAt: number;
}

/** The requests of a load, and the answers to them. */
export interface Messages {
  readonly get: Template;
  readonly put: Template;
  readonly remove: Template;
  /** The bytes before the value in the body of a hit. */
  readonly hitHead: Template;
  readonly hitTail: Uint8Array;
  readonly miss: Uint8Array;
  readonly missStatuses: readonly number[];
  /** The body that answers a put. */
  readonly stored: Uint8Array;
}

const KEY_MARK = "\u0001".repeat(DIGITS);
const VALUE_MARK = "\u0002";
const encoder = new TextEncoder();

/**
 * Makes the messages of a load.
 *
 * @param access the server
 * @param routes which routes to use
 * @param keyPrefix the beginning of each key, before its digits; needs no escaping
 * @param valueBytes the length of the values
 */
export function createMessages(
  access: Access,
  routes: "json" | "raw",
  keyPrefix: string,
  valueBytes: number,
): Messages {
  const key = keyPrefix + KEY_MARK;
  const request = (line: string, body?: string) =>
    template(requestHead(access, line, bodyBytes(body, valueBytes)) + (body ?? ""), valueBytes);
  const remove = request(`DELETE /store/${key}`);
  if (routes === "raw") {
    return {
      get: request(`GET /get/${key}`),
      put: request(`PUT /store/${key}`, VALUE_MARK),
      remove,
      hitHead: template("", 0),
      hitTail: new Uint8Array(0),
      miss: encoder.encode("No value found for key"),
      missStatuses: [404],
      stored: new Uint8Array(0),
    };
  }
  return {
    get: request(`GET /get?key=${key}`),
    put: request("POST /put", `{"key":"${key}","value":"${VALUE_MARK}"}`),
    remove,
    hitHead: template(`{"status":"OK","key":"${key}","value":"`, 0),
    hitTail: encoder.encode('"}'),
    miss: encoder.encode('{"status":"ERROR","message":"Key not found."}'),
    missStatuses: [200, 404],
    stored: encoder.encode('{"status":"OK","message":"Key inserted/updated successfully."}'),
  };
}

/**
 * Makes a POST of JSON.
 *
 * @param access the server
 * @param path the path of the URL
 * @param body ASCII
 * @returns the request as bytes
 */
export function postRequest(access: Access, path: string, body: string): Uint8Array {
  return encoder.encode(requestHead(access, `POST ${path}`, body.length) + body);
}

/** The bytes of an /mput of JSON items, such as {"key":"k","value":"v"}. */
export function mputRequest(access: Access, items: readonly string[]): Uint8Array {
  return postRequest(access, "/mput", `{"items":[${items.join(",")}]}`);
}

/** The body that answers an /mput of so many items. */
export function mputAnswer(count: number): Uint8Array {
  return encoder.encode(`{"status":"OK","count":${count}}`);
}

/** Whether `bytes` are `expected` from `at` on. */
export function bytesAre(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  for (let i = 0; i < expected.length; i++) {
    if (bytes[at + i] !== expected[i]) return false;
  }
  return true;
}

function requestHead({ target, token }: Access, line: string, bodyLength: number): string {
  const [method, path] = line.split(" ");
  const length = bodyLength < 0 ? "" : `content-length: ${bodyLength}\r\n`;
  return `${method} ${target.prefix}${path} HTTP/1.1\r\nhost: ${target.authority}\r\n` +
    `${authorizationLine(token)}${length}\r\n`;
}

function bodyBytes(body: string | undefined, valueBytes: number): number {
  if (body === undefined) return -1;
  return body.length + (body.includes(VALUE_MARK) ? valueBytes - 1 : 0);
}

// The text is ASCII, so a place in the text is the same place in the bytes.
function template(text: string, valueBytes: number): Template {
  const valueAt = text.indexOf(VALUE_MARK);
  if (valueAt < 0) return { bytes: encoder.encode(text), keyAt: text.indexOf(KEY_MARK), valueAt };
  const bytes = new Uint8Array(text.length - 1 + valueBytes);
  bytes.set(encoder.encode(text.slice(0, valueAt)));
  bytes.set(encoder.encode(text.slice(valueAt + 1)), valueAt + valueBytes);
  return { bytes, keyAt: text.indexOf(KEY_MARK), valueAt };
}
