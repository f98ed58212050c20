// Commands that wait: conversations of several clients, held with servers of one worker and of two, and with a
// redis-server where there is one on PATH.

import { hasRedis, RedisServer } from "../../server/commands/redis_server.ts";
import { TestServer } from "../server.ts";
import { converse } from "./conversation.ts";
import { LIST_CONVERSATIONS, SORTED_SET_CONVERSATIONS } from "./conversations.ts";
import { STREAM_CONVERSATIONS } from "./stream_conversations.ts";

const ALL = { ...LIST_CONVERSATIONS, ...SORTED_SET_CONVERSATIONS, ...STREAM_CONVERSATIONS };

function portOf(server: TestServer): number {
  const addresses = server.event("start")!.addresses as string[];
  return Number(/\d+$/.exec(addresses.find((each) => each.startsWith("redis:"))!)![0]);
}

for (const workers of ["1", "2"]) {
  Deno.test(`clients wait, and are served as by Redis, with ${workers} workers`, async (t) => {
    await using server = await TestServer.start(["--resp-port", "0", "--workers", workers]);
    for (const [name, text] of Object.entries(ALL)) {
      await t.step(name, () => converse(portOf(server), text));
    }
  });
}

Deno.test({
  name: "a redis-server holds the same conversations",
  ignore: !await hasRedis(),
  fn: async (t) => {
    await using redis = await RedisServer.start();
    for (const [name, text] of Object.entries(ALL)) {
      await t.step(name, () => converse(redis.port, text));
    }
  },
});
