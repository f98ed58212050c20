import { assertEquals } from "@std/assert";
import { hasRedis } from "../redis_server.ts";
import { walkScripts } from "./script_walk.ts";

Deno.test({
  name:
    "random scripts over values, cjson, cmsgpack, struct and bit are answered as by redis-server",
  ignore: !await hasRedis(),
  fn: async () => assertEquals(await walkScripts(600, 7), null),
});
