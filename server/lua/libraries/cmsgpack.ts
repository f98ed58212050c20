// The library "cmsgpack" of scripts: MessagePack, as lua-cmsgpack 0.4.0 by Salvatore Sanfilippo, which Redis
// has, reads and writes it, with its texts.

import type { LuaLibrary } from "../lua_stack.ts";
import { MessagePacker } from "./cmsgpack_pack.ts";
import { MessageUnpacker } from "./cmsgpack_unpack.ts";

/** Makes the library, for one machine. */
export function cmsgpackLibrary(): LuaLibrary {
  const packer = new MessagePacker();
  const unpacker = new MessageUnpacker();
  return {
    name: "cmsgpack",
    functions: {
      pack: (stack) => packer.pack(stack),
      unpack: (stack) => unpacker.unpack(stack, 0, 0),
      unpack_one: (stack) => {
        const offset = stack.optionalInteger(2, 0);
        stack.setTop(1);
        return unpacker.unpack(stack, 1, offset);
      },
      unpack_limit: (stack) => {
        const limit = stack.checkInteger(2);
        const offset = stack.optionalInteger(3, 0);
        stack.setTop(1);
        return unpacker.unpack(stack, limit, offset);
      },
    },
    constants: {
      _NAME: "cmsgpack",
      _VERSION: "lua-cmsgpack 0.4.0",
      _COPYRIGHT: "Copyright (C) 2012, Salvatore Sanfilippo",
      _DESCRIPTION: "MessagePack C implementation for Lua",
    },
  };
}
