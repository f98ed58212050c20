/**
 * The bytes of the benchmark's requests and the exact bodies that answer them (docs/api.md).
 * Pure: no sockets, no processes.
 */

/** The body that answers a /put. */
export const PUT_BODY = '{"status":"OK","message":"Key inserted/updated successfully."}';

/** The body that answers a /get of an absent key. */
export const MISS_BODY = '{"status":"ERROR","message":"Key not found."}';

/** The body that answers a /get that hits; key and value must need no escaping. */
export function hitBody(key: string, value: string): string {
  return `{"status":"OK","key":"${key}","value":"${value}"}`;
}

/** The request body of a /put. */
export function putRequestBody(key: string, value: string): string {
  return `{"key":"${key}","value":"${value}"}`;
}

/** The request body of an /mput. */
export function mputRequestBody(items: readonly (readonly [string, string])[]): string {
  return `{"items":[${items.map(([key, value]) => putRequestBody(key, value)).join(",")}]}`;
}

/** The body that answers an /mput of `count` items. */
export function mputBody(count: number): string {
  return `{"status":"OK","count":${count}}`;
}

/** The request body of an /mget. */
export function mgetRequestBody(keys: readonly string[]): string {
  return `{"keys":[${keys.map((key) => `"${key}"`).join(",")}]}`;
}

/** The body that answers an /mget that hits for all its keys. */
export function mgetBody(items: readonly (readonly [string, string])[]): string {
  const found = items.map(([key, value]) => putRequestBody(key, value)).join(",");
  return `{"status":"OK","items":[${found}],"missing":[]}`;
}

/** The bytes of a keep-alive GET. */
export function getRequest(port: number, target: string): Uint8Array<ArrayBuffer> {
  return encode(`GET ${target} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
}

/** The bytes of a keep-alive POST of an ASCII body. */
export function postRequest(port: number, target: string, body: string): Uint8Array<ArrayBuffer> {
  return encode(
    `POST ${target} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n` +
      `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
}

const encoder = new TextEncoder();

/** Text as UTF-8. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}
