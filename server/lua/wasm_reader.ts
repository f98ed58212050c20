// Reads the parts of a WebAssembly file: numbers, names, and instructions with what belongs to them. Knows
// the instructions of the first version, and those of bulk memory and sign extension.

const BLOCK = 0x02;
const IF = 0x04;
const BRANCH = 0x0c;
const BRANCH_IF = 0x0d;
const BRANCH_TABLE = 0x0e;
const CALL = 0x10;
const CALL_INDIRECT = 0x11;
const SELECT_TYPED = 0x1c;
const FIRST_VARIABLE = 0x20;
const LAST_VARIABLE = 0x26;
const FIRST_MEMORY = 0x28;
const LAST_MEMORY = 0x3e;
const MEMORY_SIZE = 0x3f;
const MEMORY_GROW = 0x40;
const CONST_32 = 0x41;
const CONST_64 = 0x42;
const FLOAT_32 = 0x43;
const FLOAT_64 = 0x44;
const LAST_NUMERIC = 0xc4;
const PREFIX = 0xfc;
/** Of the instructions behind the prefix: the last that converts a number, and those of memory. */
const LAST_CONVERSION = 7;
const MEMORY_INIT = 8;
const DATA_DROP = 9;
const MEMORY_COPY = 10;
const MEMORY_FILL = 11;

export class WasmReader {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The next byte to read. */
  at = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
  }

  byte(): number {
    return this.bytes[this.at++]!;
  }

  /** A number of up to 32 bits, as LEB128. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0;; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  name(): string {
    const length = this.unsigned();
    this.at += length;
    return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at));
  }

  /** Goes past an instruction. Returns its first byte. */
  instruction(): number {
    const opcode = this.byte();
    if (opcode >= BLOCK && opcode <= IF) this.#number();
    else if (opcode === BRANCH || opcode === BRANCH_IF || opcode === CALL) this.#number();
    else if (opcode === BRANCH_TABLE) this.#numbers(this.unsigned() + 1);
    else if (opcode === CALL_INDIRECT) this.#numbers(2);
    else if (opcode === SELECT_TYPED) this.#numbers(this.unsigned());
    else if (opcode >= FIRST_VARIABLE && opcode <= LAST_VARIABLE) this.#number();
    else if (opcode >= FIRST_MEMORY && opcode <= LAST_MEMORY) this.#numbers(2);
    else if (opcode === MEMORY_SIZE || opcode === MEMORY_GROW) this.at++;
    else if (opcode === CONST_32 || opcode === CONST_64) this.#number();
    else if (opcode === FLOAT_32) this.at += 4;
    else if (opcode === FLOAT_64) this.at += 8;
    else if (opcode === PREFIX) this.#prefixed();
    else if (opcode > LAST_NUMERIC) this.#unknown(opcode);
    return opcode;
  }

  #prefixed(): void {
    const opcode = this.unsigned();
    if (opcode <= LAST_CONVERSION) return;
    if (opcode === MEMORY_INIT || opcode === MEMORY_COPY) this.#numbers(2);
    else if (opcode === DATA_DROP || opcode === MEMORY_FILL) this.#number();
    else this.#unknown(opcode);
  }

  #unknown(opcode: number): never {
    throw new Error(`Cannot read a WebAssembly file: instruction ${opcode} is unknown`);
  }

  /** Goes past a number, signed or not. */
  #number(): void {
    while (this.byte() >= 0x80);
  }

  #numbers(count: number): void {
    for (let i = 0; i < count; i++) this.#number();
  }
}
