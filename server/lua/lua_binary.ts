// The WebAssembly file of Lua 5.1.5, from the npm package wasmoon-lua5.1. Nothing else of that package is
// used: its exports are the functions of Lua's C interface, and the machine instantiates it by itself.

import { metered } from "./metering.ts";

/** Reads the file, the first time that a script is to be run. */
export async function luaBinary(): Promise<Uint8Array<ArrayBuffer>> {
  const file = await import("wasmoon-lua5.1/dist/liblua5.1.wasm", { with: { type: "bytes" } });
  return file.default as Uint8Array<ArrayBuffer>;
}

/** The file as the machine takes it: no bytecode, and a counter in each loop. */
export async function meteredLua(): Promise<Uint8Array<ArrayBuffer>> {
  // The one import without parameters that nothing else here needs: Lua's clock, which scripts do not have.
  return metered(withoutBytecode(await luaBinary()), "emscripten_date_now");
}

/** `c == 27 ? luaU_undump : luaY_parser` in the parser's protected part: i32.const 27, i32.eq, if (result i32). */
const CHOICE = [0x41, 0x1b, 0x46, 0x04, 0x7f];
/** i32.const -2, which no byte of a text is. */
const NEVER = 0x7e;

/**
 * The same file with a Lua that takes every chunk for text. Bytecode could reach any place of the machine's memory, and
 * Redis refuses it with the same error of syntax.
 */
export function withoutBytecode(binary: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const found: number[] = [];
  for (let at = binary.indexOf(CHOICE[0]!); at !== -1; at = binary.indexOf(CHOICE[0]!, at + 1)) {
    if (CHOICE.every((byte, i) => binary[at + i] === byte)) found.push(at);
  }
  if (found.length !== 1) throw new Error("Cannot set up Lua: its file is not the known one");
  const text = binary.slice();
  text[found[0]! + 1] = NEVER;
  return text;
}
