// The file of Lua that the machine is made from: that it is the one whose numbers the code has.

import { assertEquals } from "@std/assert";
import { luaBinary } from "../../../server/lua/lua_binary.ts";
import { LuaType } from "../../../server/lua/lua_stack.ts";

type Exports = Readonly<Record<string, (...numbers: number[]) => number>>;

Deno.test("luaBinary() is a Lua that numbers kinds of values as LuaType does", async () => {
  const module = new WebAssembly.Module(await luaBinary());
  const imports: Record<string, Record<string, () => number>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = () => 0;
  }
  const { exports } = new WebAssembly.Instance(module, imports);
  const { lua_typename } = exports as unknown as Exports;
  const memory = new Uint8Array((exports.memory as WebAssembly.Memory).buffer);
  const words: Record<string, string> = {
    none: "no value",
    pointer: "userdata",
  };
  for (const [name, type] of Object.entries(LuaType)) {
    const start = lua_typename!(0, type);
    const text = new TextDecoder().decode(memory.subarray(start, memory.indexOf(0, start)));
    assertEquals(text, words[name] ?? name);
  }
});
