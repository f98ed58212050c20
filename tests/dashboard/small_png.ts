// PNG files made smaller without a change of any pixel: their data packed anew, as well as zlib can. Browsers pack in haste.
// Format: https://www.w3.org/TR/png-3/

import { Buffer } from "node:buffer";
import { constants, crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE_BYTES = 8;
const AROUND_BYTES = 12;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + AROUND_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(encoder.encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** The same picture in fewer bytes. */
export function smallPng(png: Uint8Array): Uint8Array {
  const view = new DataView(png.buffer, png.byteOffset, png.length);
  const parts: Uint8Array[] = [png.subarray(0, SIGNATURE_BYTES)];
  const packed: Uint8Array[] = [];
  for (let at = SIGNATURE_BYTES; at < png.length;) {
    const length = view.getUint32(at);
    const type = decoder.decode(png.subarray(at + 4, at + 8));
    const data = png.subarray(at + 8, at + 8 + length);
    if (type === "IDAT") packed.push(data);
    else {
      if (type === "IEND") parts.push(chunk("IDAT", best(Buffer.concat(packed))));
      parts.push(chunk(type, data));
    }
    at += length + AROUND_BYTES;
  }
  return Buffer.concat(parts);
}

function best(packed: Uint8Array): Uint8Array {
  const pixels = inflateSync(packed);
  const { Z_DEFAULT_STRATEGY, Z_FILTERED } = constants;
  return [Z_DEFAULT_STRATEGY, Z_FILTERED]
    .map((strategy) => deflateSync(pixels, { level: 9, memLevel: 9, strategy }))
    .reduce((one, other) => other.length < one.length ? other : one);
}
