// Messages between the clients of several workers: who gets them, in which order, and what each worker knows of the
// others' subscribers. Connections are spread over the workers by the system, so there are many of each kind.

import { assertEquals } from "@std/assert";
import { respPort, TestServer } from "../server.ts";
import { Talker, type Value } from "./talker.ts";

async function start(): Promise<[TestServer, number]> {
  const server = await TestServer.start(["--workers", "3", "--resp-port", "0"]);
  return [server, respPort(server)];
}

async function openMany(port: number, count: number, protocol: 2 | 3 = 2): Promise<Talker[]> {
  return await Promise.all(Array.from({ length: count }, () => Talker.open(port, protocol)));
}

function close(...lists: readonly (readonly Talker[])[]): void {
  for (const talker of lists.flat()) talker[Symbol.dispose]();
}

Deno.test("PUBLISH reaches the subscribers of all workers, and counts them from any, as soon as SUBSCRIBE is answered", async () => {
  const [server, port] = await start();
  await using _server = server;
  const publishers = await openMany(port, 8);
  const subscribers: Talker[] = [];
  for (let i = 0; i < 16; i++) {
    const subscriber = await Talker.open(port, i % 2 === 0 ? 2 : 3);
    subscribers.push(subscriber);
    const kind = i % 2 === 0 ? "*" : ">";
    assertEquals(await subscriber.ask("SUBSCRIBE", "c"), [kind, "$subscribe", "$c", ":1"]);
    assertEquals(await publishers[i % 8]!.ask("PUBSUB", "NUMSUB", "c"), ["*", "$c", `:${i + 1}`]);
    assertEquals(await publishers[i % 8]!.ask("PUBLISH", "c", `m${i}`), `:${i + 1}`);
  }
  for (const [i, subscriber] of subscribers.entries()) {
    const kind = i % 2 === 0 ? "*" : ">";
    const wanted = new Set(Array.from({ length: 16 - i }, (_, n) => `$m${i + n}`));
    while (wanted.size > 0) {
      const [first, word, channel, message] = await subscriber.next();
      assertEquals([first, word, channel], [kind, "$message", "$c"]);
      // One from another worker may have been on its way when this client subscribed.
      const isEarlier = Number(message!.slice(2)) < i;
      assertEquals(wanted.delete(message as string), !isEarlier);
    }
  }
  assertEquals(await publishers[0]!.ask("PUBSUB", "CHANNELS"), ["*", "$c"]);
  close(publishers, subscribers);
});

Deno.test("messages of each publisher arrive in its order, on several channels and by patterns, whatever the worker", async () => {
  const [server, port] = await start();
  await using _server = server;
  const [publishers, subscribers] = [await openMany(port, 6), await openMany(port, 6)];
  for (const subscriber of subscribers) {
    await subscriber.send(["SUBSCRIBE", "a", "b"], ["PSUBSCRIBE", "[ab]"]);
    await subscriber.take(3);
  }
  const count = 400;
  await Promise.all(publishers.map(async (publisher, p) => {
    for (let from = 0; from < count; from += 50) {
      const numbers = Array.from({ length: 50 }, (_, i) => from + i);
      await publisher.send(
        ...numbers.map((n) => ["PUBLISH", n % 3 === 0 ? "a" : "b", `${p} ${n}`]),
      );
      assertEquals(await publisher.take(50), numbers.map(() => ":12"));
    }
  }));
  for (const subscriber of subscribers) {
    const seen = new Map<string, number[]>();
    for (const value of await subscriber.take(2 * 6 * count)) {
      const kind = value[1] as string;
      const [p, n] = (value.at(-1) as string).slice(1).split(" ");
      const channel = value.at(-2) as string;
      assertEquals(channel, Number(n) % 3 === 0 ? "$a" : "$b");
      const key = `${kind} ${p}`;
      if (!seen.has(key)) seen.set(key, []);
      seen.get(key)!.push(Number(n));
    }
    assertEquals(seen.size, 12);
    const all = Array.from({ length: count }, (_, n) => n);
    for (const numbers of seen.values()) assertEquals(numbers, all);
  }
  close(publishers, subscribers);
});

Deno.test("what clients were subscribed to is gone everywhere with them, and with UNSUBSCRIBE and RESET", async () => {
  const [server, port] = await start();
  await using _server = server;
  const [askers, subscribers] = [await openMany(port, 6), await openMany(port, 6)];
  for (const subscriber of subscribers) {
    await subscriber.send(["SUBSCRIBE", "c"], ["PSUBSCRIBE", "p*"], ["SSUBSCRIBE", "s"]);
    await subscriber.take(3);
  }
  const counts = async (asker: Talker): Promise<Value[]> => {
    const questions = [["PUBSUB", "NUMSUB", "c"], ["PUBSUB", "NUMPAT"], [
      "PUBSUB",
      "SHARDNUMSUB",
      "s",
    ]];
    await asker.send(...questions);
    return (await asker.take(3)).map((value) => typeof value === "string" ? value : value.at(-1)!);
  };
  for (const asker of askers) assertEquals(await counts(asker), [":6", ":1", ":6"]);
  await subscribers[0]!.send(["UNSUBSCRIBE"], ["PUNSUBSCRIBE"], ["SUNSUBSCRIBE"], ["GET", "k"]);
  assertEquals((await subscribers[0]!.take(4)).at(-1), "_");
  assertEquals(await subscribers[1]!.ask("RESET"), "+RESET");
  await settle(askers, counts, [":4", ":1", ":4"]);
  close(subscribers);
  await settle(askers, counts, [":0", ":0", ":0"]);
  for (const asker of askers) assertEquals(await asker.ask("PUBLISH", "c", "x"), ":0");
  close(askers);
});

/** Asks until each asker is told `wanted`. */
async function settle(
  askers: readonly Talker[],
  ask: (asker: Talker) => Promise<Value[]>,
  wanted: readonly Value[],
): Promise<void> {
  const endMs = Date.now() + 10_000;
  for (const asker of askers) {
    for (let found = await ask(asker); JSON.stringify(found) !== JSON.stringify(wanted);) {
      if (Date.now() > endMs) assertEquals(found, wanted);
      found = await ask(asker);
    }
  }
}
