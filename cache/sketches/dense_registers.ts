// The dense encoding of a HyperLogLog: 16384 registers of six bits, from the lowest bit of the first byte
// behind the header on. Works on bytes that the caller has at hand.

import { REGISTERS } from "./cardinality.ts";
import { HEADER_BYTES } from "./sparse_registers.ts";

/** Bytes of a string in this encoding. */
export const DENSE_BYTES = HEADER_BYTES + REGISTERS * 6 / 8;

/** Where the first of the two bytes is that hold register `index`. */
export function registerAt(index: number): number {
  return HEADER_BYTES + ((index * 6) >> 3);
}

/** The value of register `index`, of which these are the bytes. */
export function registerOf(index: number, first: number, second: number): number {
  return ((first | second << 8) >> ((index * 6) & 7)) & 0x3f;
}

/** Both bytes with register `index` set to `value`: the first one below, the second one above. */
export function withRegister(index: number, first: number, second: number, value: number): number {
  const shift = (index * 6) & 7;
  return ((first | second << 8) & ~(0x3f << shift)) | value << shift;
}

/** Whether register `index` lies in two bytes. The second one is behind the end for the last register. */
export function isInTwoBytes(index: number): boolean {
  return ((index * 6) & 7) > 2;
}

/** Raises register `index` of a whole string to `value`. Returns whether it was lower. */
export function raiseDense(bytes: Uint8Array, index: number, value: number): boolean {
  const at = registerAt(index);
  const [first, second] = [bytes[at]!, bytes[at + 1]!];
  if (registerOf(index, first, second) >= value) return false;
  const both = withRegister(index, first, second, value);
  bytes[at] = both & 0xff;
  if (isInTwoBytes(index)) bytes[at + 1] = both >> 8;
  return true;
}

/** Raises `registers`, a byte each, to those of a whole string where these are higher. */
export function mergeDense(bytes: Uint8Array, registers: Uint8Array): void {
  for (let index = 0, at = HEADER_BYTES; index < REGISTERS; index += 4, at += 3) {
    const four = bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16;
    if ((four & 0x3f) > registers[index]!) registers[index] = four & 0x3f;
    if ((four >> 6 & 0x3f) > registers[index + 1]!) registers[index + 1] = four >> 6 & 0x3f;
    if ((four >> 12 & 0x3f) > registers[index + 2]!) registers[index + 2] = four >> 12 & 0x3f;
    if (four >> 18 > registers[index + 3]!) registers[index + 3] = four >> 18;
  }
}

/** Counts the registers of each value. */
export function countDense(bytes: Uint8Array, histogram: Int32Array): void {
  const end = DENSE_BYTES;
  for (let at = HEADER_BYTES; at < end; at += 3) {
    const four = bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16;
    histogram[four & 0x3f]!++;
    histogram[four >> 6 & 0x3f]!++;
    histogram[four >> 12 & 0x3f]!++;
    histogram[four >> 18]!++;
  }
}

/** Writes registers, a byte each, as those of a whole string whose header is there. */
export function writeDense(registers: Uint8Array, bytes: Uint8Array): void {
  for (let index = 0, at = HEADER_BYTES; index < REGISTERS; index += 4, at += 3) {
    const four = registers[index]! | registers[index + 1]! << 6 | registers[index + 2]! << 12 |
      registers[index + 3]! << 18;
    bytes[at] = four & 0xff;
    bytes[at + 1] = four >> 8 & 0xff;
    bytes[at + 2] = four >> 16;
  }
}
