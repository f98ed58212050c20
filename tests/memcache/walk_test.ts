// Random conversations with slabkv and with memcached, compared answer by answer.

import { assertEquals } from "@std/assert";
import { TestServer } from "../wire/server.ts";
import { hasMemcached, Memcached } from "./memcached.ts";
import { GROUPS, memcachePort, walk } from "./walk.ts";

const found = await hasMemcached();

for (const group of Object.keys(GROUPS)) {
  Deno.test({
    name: `random conversations are answered as memcached answers them: ${group}${
      found ? "" : " (skipped: no memcached)"
    }`,
    ignore: !found,
    async fn() {
      await using memcached = await Memcached.start();
      await using server = await TestServer.start(["--memcache-port", "0"]);
      assertEquals(await walk(group, 60, 3, memcachePort(server), memcached.port), null);
    },
  });
}
