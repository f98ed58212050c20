// Puts a counter into a WebAssembly file: each round of each loop takes one from a global number, and calls
// a function of the host when it is used up. So whatever runs too long can be ended, also within one call:
// a pattern that backtracks for ever, a sort whose order is none, the collector itself.
// https://webassembly.github.io/spec/core/binary/ has the format.

import { WasmReader } from "./wasm_reader.ts";

/** Sections that are changed, by their numbers. */
const Section = { imports: 2, globals: 6, exports: 7, code: 10 } as const;
const HEAD_BYTES = 8;
const LOOP = 0x03;
const IF = 0x04;
/** Beyond these a file is not one that is expected here. */
const MAX_SECTION = 13;

/** The name under which the counter is exported, as a global that the host may set. */
export const FUEL_EXPORT = "fuel";

/**
 * The same file with the counter.
 *
 * @param binary a file without SIMD
 * @param callback the imported function that is called when the counter is at 0: without parameters, and with one
 * result, which is dropped. It must set the counter.
 */
export function metered(
  binary: Uint8Array<ArrayBuffer>,
  callback: string,
): Uint8Array<ArrayBuffer> {
  const out = new ByteList(binary.length + (binary.length >>> 1));
  out.copy(binary, 0, HEAD_BYTES);
  const reader = new WasmReader(binary);
  reader.at = HEAD_BYTES;
  let call = -1;
  let fuel = -1;
  while (reader.at < binary.length) {
    const id = reader.byte();
    if (id > MAX_SECTION) throw new Error(`Cannot meter a WebAssembly file: section ${id}`);
    const length = reader.unsigned();
    const [start, end] = [reader.at, reader.at + length];
    const section = new ByteList(length + 64);
    if (id === Section.imports) call = importIndex(reader, callback);
    reader.at = start;
    if (id === Section.globals) fuel = addGlobal(reader, end, section);
    else if (id === Section.exports) addExport(reader, end, fuel, section);
    else if (id === Section.code) meterCode(reader, counter(call, fuel), section);
    else section.copy(binary, start, end);
    out.byte(id);
    out.unsigned(section.length);
    out.copy(section.bytes, 0, section.length);
    reader.at = end;
  }
  return out.bytes.slice(0, out.length);
}

/** The index of an imported function. */
function importIndex(reader: WasmReader, name: string): number {
  let index = 0;
  for (let left = reader.unsigned(); left > 0; left--) {
    reader.name();
    const found = reader.name();
    if (reader.byte() !== 0) throw new Error("Cannot meter a WebAssembly file: it imports memory");
    reader.unsigned();
    if (found === name) return index;
    index++;
  }
  throw new Error(`Cannot meter a WebAssembly file: it does not import ${name}`);
}

/** Adds a variable i32 that begins with 0. Returns its index: nothing else of these files imports globals. */
function addGlobal(reader: WasmReader, end: number, to: ByteList): number {
  const count = reader.unsigned();
  to.unsigned(count + 1);
  to.copy(reader.bytes, reader.at, end);
  for (const byte of [0x7f, 1, 0x41, 0, 0x0b]) to.byte(byte);
  return count;
}

function addExport(reader: WasmReader, end: number, fuel: number, to: ByteList): void {
  to.unsigned(reader.unsigned() + 1);
  to.copy(reader.bytes, reader.at, end);
  const name = new TextEncoder().encode(FUEL_EXPORT);
  to.unsigned(name.length);
  to.copy(name, 0, name.length);
  to.byte(0x03);
  to.unsigned(fuel);
}

/** What is put at the beginning of each loop: at 0 call, then take 1. */
function counter(call: number, fuel: number): ByteList {
  const code = new ByteList(32);
  const instruction = (opcode: number, operand: number) => {
    code.byte(opcode);
    code.unsigned(operand);
  };
  instruction(0x23, fuel);
  code.byte(0x45);
  for (const byte of [IF, 0x40]) code.byte(byte);
  instruction(0x10, call);
  for (const byte of [0x1a, 0x0b]) code.byte(byte);
  instruction(0x23, fuel);
  for (const byte of [0x41, 1, 0x6b]) code.byte(byte);
  instruction(0x24, fuel);
  return code;
}

/** Writes all function bodies with the counter in their loops. */
function meterCode(reader: WasmReader, counter: ByteList, to: ByteList): void {
  const count = reader.unsigned();
  to.unsigned(count);
  for (let i = 0; i < count; i++) {
    const length = reader.unsigned();
    const end = reader.at + length;
    const body = new ByteList(2 * length);
    let from = reader.at;
    for (let groups = reader.unsigned(); groups > 0; groups--) {
      reader.unsigned();
      reader.byte();
    }
    while (reader.at < end) {
      if (reader.instruction() !== LOOP) continue;
      body.copy(reader.bytes, from, reader.at);
      body.copy(counter.bytes, 0, counter.length);
      from = reader.at;
    }
    body.copy(reader.bytes, from, end);
    to.unsigned(body.length);
    to.copy(body.bytes, 0, body.length);
  }
}

/** Bytes that grow. */
class ByteList {
  bytes: Uint8Array<ArrayBuffer>;
  length = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
  }

  byte(value: number): void {
    this.#need(1);
    this.bytes[this.length++] = value;
  }

  unsigned(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.byte((rest & 0x7f) | 0x80);
    this.byte(rest);
  }

  copy(source: Uint8Array, from: number, to: number): void {
    this.#need(to - from);
    this.bytes.set(source.subarray(from, to), this.length);
    this.length += to - from;
  }

  #need(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(2 * (this.length + count));
    grown.set(this.bytes);
    this.bytes = grown;
  }
}
