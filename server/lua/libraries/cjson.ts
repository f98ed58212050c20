// The library "cjson" of scripts, as lua-cjson 2.1.0 by Mark Pulford, which Redis has: joins what writes and what
// reads JSON with their settings.

import type { LuaLibrary } from "../lua_stack.ts";
import { CjsonConfig } from "./cjson_config.ts";
import { JsonDecoder } from "./cjson_decode.ts";
import { JsonEncoder } from "./cjson_encode.ts";

/** Makes the library, for one machine. */
export function cjsonLibrary(): LuaLibrary {
  const config = new CjsonConfig();
  const encoder = new JsonEncoder(config);
  const decoder = new JsonDecoder(config);
  return {
    name: "cjson",
    functions: {
      encode: (stack) => encoder.encode(stack),
      decode: (stack) => decoder.decode(stack),
      ...config.functions(),
    },
    constants: { _NAME: "cjson", _VERSION: "2.1.0" },
    nulls: ["null"],
    reset: () => config.reset(),
  };
}
