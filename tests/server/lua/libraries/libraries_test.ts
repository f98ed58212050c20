import { assertEquals } from "@std/assert";
import { bitLibrary } from "../../../../server/lua/libraries/bit.ts";
import { cjsonLibrary } from "../../../../server/lua/libraries/cjson.ts";
import { cmsgpackLibrary } from "../../../../server/lua/libraries/cmsgpack.ts";
import { structLibrary } from "../../../../server/lua/libraries/struct.ts";
import type { LuaLibrary } from "../../../../server/lua/lua_stack.ts";

function namesOf({ functions, constants, nulls }: LuaLibrary): string {
  return [...Object.keys(functions), ...Object.keys(constants ?? {}), ...nulls ?? []]
    .sort().join(" ");
}

Deno.test("Libraries of scripts have the fields that redis-server 7.0 shows", () => {
  assertEquals(
    [bitLibrary(), cmsgpackLibrary(), structLibrary(), cjsonLibrary()].map(namesOf),
    [
      "arshift band bnot bor bswap bxor lshift rol ror rshift tobit tohex",
      "_COPYRIGHT _DESCRIPTION _NAME _VERSION pack unpack unpack_limit unpack_one",
      "pack size unpack",
      "_NAME _VERSION decode decode_invalid_numbers decode_max_depth encode " +
      "encode_invalid_numbers encode_keep_buffer encode_max_depth encode_number_precision " +
      "encode_sparse_array null",
    ],
  );
});
