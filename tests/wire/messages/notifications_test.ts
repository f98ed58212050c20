// Keyspace notifications of a running server: from all workers to the subscribers of all, also of what main removes.

import { assertEquals } from "@std/assert";
import { Talker } from "../blocking/conversation.ts";
import { TestServer } from "../server.ts";

function portOf(server: TestServer): number {
  const addresses = server.event("start")!.addresses as string[];
  return Number(/\d+$/.exec(addresses.find((each) => each.startsWith("redis:"))!)![0]);
}

Deno.test("key events of all threads reach subscribers of all workers", async (t) => {
  const options = ["--resp-port", "0", "--workers", "2", "--notify-keyspace-events", "xE"];
  await using server = await TestServer.start(options);
  const port = portOf(server);
  // Some of either worker.
  const talkers = await Promise.all(Array.from({ length: 8 }, () => Talker.open(port)));
  const [writer, ...readers] = talkers;
  const allHear = async (expected: string) => {
    for (const reader of readers) assertEquals(await reader.receive(), expected);
  };
  try {
    await t.step("what expires unread is told of by main", async () => {
      for (const reader of readers) {
        const name = "__keyevent@0__:expired";
        assertEquals(await reader.say(`SUBSCRIBE ${name}`), `["subscribe", "${name}", :1]`);
      }
      assertEquals(await writer!.say("SET gone v PX 1"), "+OK");
      await allHear('["message", "__keyevent@0__:expired", "gone"]');
    });
    await t.step("CONFIG SET chooses other events for all workers", async () => {
      assertEquals(await writer!.say("CONFIG SET notify-keyspace-events Kgq").then(isError), true);
      assertEquals(await writer!.say("CONFIG SET notify-keyspace-events Kg"), "+OK");
      assertEquals(
        await writer!.say("CONFIG GET notify-keyspace-events"),
        '["notify-keyspace-events", "gK"]',
      );
      for (const reader of readers) await reader.say("SUBSCRIBE __keyspace@3__:k");
      for (let i = 0; i < 4; i++) {
        using other = await Talker.open(port);
        await other.send("SELECT 3", "SET k v", "DEL k");
        await allHear('["message", "__keyspace@3__:k", "del"]');
      }
    });
    await t.step("events of a transaction come in its order", async () => {
      for (const reader of readers) await reader.say("PSUBSCRIBE __keyspace@0__:t*");
      await writer!.send("MULTI", "SET t1 v", "RENAME t1 t2", "DEL t2", "EXEC");
      const events = [["t1", "rename_from"], ["t2", "rename_to"], ["t2", "del"]];
      for (const [key, event] of events) {
        await allHear(`["pmessage", "__keyspace@0__:t*", "__keyspace@0__:${key}", "${event}"]`);
      }
    });
  } finally {
    for (const talker of talkers) talker.close();
  }
});

function isError(answer: string): boolean {
  return answer.startsWith("-");
}
