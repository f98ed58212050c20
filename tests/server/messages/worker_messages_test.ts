// The messages of one worker, and what it makes of others: those that come and go, and one that takes nothing. The
// other workers are played by the test, frame by frame.

import { assert, assertEquals } from "@std/assert";
import { Topic } from "../../../server/contract/messages/topic.ts";
import { BusFrame, FrameReader, FrameWriter } from "../../../server/messages/bus/bus_frames.ts";
import { MAX_BYTES_ON_WAY } from "../../../server/messages/bus/bus_peer.ts";
import { linkWorkers } from "../../../server/process/bus_links.ts";
import { until } from "../../wire/server.ts";
import { bytesOf, Client, TestWorker } from "./fixture.ts";

const decoder = new TextDecoder();

/** Another worker, which does what the test says. */
class Other implements Disposable {
  readonly #port: MessagePort;
  readonly #words: Int32Array;
  readonly #takenWord: number;
  readonly frames: { kind: number; number: number; name: string; body: string | null }[] = [];
  receivedBytes = 0;

  constructor(worker: TestWorker, actor: number) {
    const { forA, forB } = linkWorkers(1, actor);
    this.#port = forB.port;
    this.#words = forB.words;
    this.#takenWord = 1 - forB.sentWord;
    this.#port.onmessage = ({ data }) => {
      this.receivedBytes += data.byteLength;
      const reader = new FrameReader(data);
      while (reader.next()) {
        const body = reader.body === null ? null : decoder.decode(reader.body);
        const { kind, number } = reader;
        this.frames.push({ kind, number, name: decoder.decode(reader.name), body });
      }
    };
    worker.messages.connect(forA);
  }

  send(write: (writer: FrameWriter) => void): void {
    const writer = new FrameWriter();
    write(writer);
    const batch = writer.take();
    this.#port.postMessage(batch, [batch]);
  }

  /** Says that all was taken which has come. */
  takeAll(): void {
    Atomics.store(this.#words, this.#takenWord, this.receivedBytes);
  }

  /** Resolves when everything that the worker has sent has come. */
  async settle(worker: TestWorker): Promise<void> {
    const number = 77;
    this.send((writer) => writer.write(BusFrame.ask, 0, number));
    await until("the worker answers", () => {
      worker.endTurn();
      return this.frames.some((frame) => frame.kind === BusFrame.heard && frame.number === number);
    });
    this.frames.splice(this.frames.findIndex(({ kind }) => kind === BusFrame.heard), 1);
  }

  [Symbol.dispose](): void {
    this.#port.close();
  }
}

function subscribe(worker: TestWorker, client: Client, topic: Topic, name: string): void {
  assertEquals(worker.messages.subscribe(client.session, topic, bytesOf(name)), "new");
}

Deno.test("what is published in a turn reaches each subscriber as one piece, in order, once per subscription", () => {
  const worker = new TestWorker();
  const [a, b] = [new Client(worker), new Client(worker, 3)];
  subscribe(worker, a, Topic.channel, "c");
  subscribe(worker, a, Topic.pattern, "c*");
  subscribe(worker, b, Topic.channel, "d");
  const publish = (channel: string, text: string) =>
    worker.messages.publish(bytesOf(channel), bytesOf(text));
  assertEquals([publish("c", "1"), publish("d", "2"), publish("c", "3"), publish("e", "4")], [
    2,
    1,
    2,
    0,
  ]);
  assertEquals([a.received, b.received], ["", ""]);
  worker.endTurn();
  const pattern = ["pmessage", "c*", "c"];
  assertEquals(a.take(), [
    "message",
    "c",
    "1",
    ...pattern,
    "1",
    "message",
    "c",
    "3",
    ...pattern,
    "3",
  ]);
  assertEquals(b.received, ">3\r\n$7\r\nmessage\r\n$1\r\nd\r\n$1\r\n2\r\n");
  worker.messages.end(a.session);
  assertEquals(publish("c", "5"), 0);
  worker.endTurn();
  assertEquals(a.take(), []);
});

Deno.test("a client that unsubscribes within a turn still gets what came before, and nothing behind it", () => {
  const worker = new TestWorker();
  const client = new Client(worker);
  subscribe(worker, client, Topic.channel, "c");
  worker.messages.publish(bytesOf("c"), bytesOf("before"));
  worker.messages.unsubscribe(client.session, Topic.channel, bytesOf("c"));
  assertEquals(worker.messages.publish(bytesOf("c"), bytesOf("behind")), 0);
  worker.endTurn();
  assertEquals(client.take(), ["message", "c", "before"]);
});

Deno.test("more than a turn can hold closes the subscribers of what is lost, and no others", () => {
  const worker = new TestWorker();
  const [a, b] = [new Client(worker), new Client(worker)];
  subscribe(worker, a, Topic.channel, "large");
  subscribe(worker, b, Topic.channel, "small");
  const large = new Uint8Array(5_000_000);
  for (let i = 0; i < 5; i++) worker.messages.publish(bytesOf("large"), large);
  worker.messages.publish(bytesOf("small"), bytesOf("x"));
  assert(worker.messages.mustSettle);
  worker.endTurn();
  assertEquals([a.isSlow, b.isSlow], [true, false]);
  assertEquals(b.take(), ["message", "small", "x"]);
});

Deno.test("subscribers of other workers are counted, sent to once, and gone with their worker", async () => {
  const worker = new TestWorker();
  using other = new Other(worker, 2);
  other.send((writer) => {
    writer.write(BusFrame.count, Topic.channel, 3, bytesOf("c"));
    writer.write(BusFrame.count, Topic.pattern, 2, bytesOf("*"));
  });
  await other.settle(worker);
  assert(worker.takenBytes > 1000);
  assertEquals(worker.messages.publish(bytesOf("c"), bytesOf("m")), 5);
  assertEquals(worker.messages.topicCount(Topic.pattern), 1);
  await other.settle(worker);
  assertEquals(other.frames, [{ kind: BusFrame.message, number: 0, name: "c", body: "m" }]);
  worker.messages.disconnect(2);
  assertEquals(worker.takenBytes, 0);
  assertEquals(worker.messages.publish(bytesOf("c"), bytesOf("m")), 0);
  assertEquals([...worker.messages.names(Topic.channel)], []);
});

Deno.test("a worker that comes is told of all subscribers, and of those that come and go", async () => {
  const worker = new TestWorker();
  const client = new Client(worker);
  subscribe(worker, client, Topic.channel, "early");
  using other = new Other(worker, 2);
  subscribe(worker, client, Topic.channel, "late");
  worker.messages.unsubscribe(client.session, Topic.channel, bytesOf("early"));
  await other.settle(worker);
  const told = other.frames.map(({ kind, name, number }) => [kind, name, number]);
  const { count } = BusFrame;
  assertEquals(told, [[count, "early", 1], [count, "late", 1], [count, "early", 0]]);
  other.send((writer) =>
    writer.write(BusFrame.message, Topic.channel, 0, bytesOf("late"), bytesOf("m"))
  );
  await other.settle(worker);
  worker.endTurn();
  assertEquals(client.take(), ["message", "late", "m"]);
});

Deno.test("what a worker that takes nothing is to get has a bound; it is told which messages are lost", async () => {
  const worker = new TestWorker();
  using other = new Other(worker, 2);
  other.send((writer) => {
    for (const name of ["c", "d"]) writer.write(BusFrame.count, Topic.channel, 1, bytesOf(name));
  });
  await other.settle(worker);
  const before = other.receivedBytes;
  const large = new Uint8Array(1_000_000);
  for (let i = 0; i < 12; i++) {
    assertEquals(worker.messages.publish(bytesOf("c"), large), 1);
    worker.endTurn();
  }
  assert(worker.messages.mustSettle);
  await other.settle(worker);
  assert(other.receivedBytes - before <= MAX_BYTES_ON_WAY + 1000);
  const kinds = other.frames.map(({ kind, name }) => `${kind} ${name}`);
  assertEquals(kinds.filter((kind) => kind === `${BusFrame.message} c`).length, 8);
  assertEquals(kinds.at(-1), `${BusFrame.lost} c`);
  // Once it has taken something, it gets more.
  const heldBytes = worker.takenBytes;
  assert(heldBytes > 8_000_000);
  other.takeAll();
  worker.messages.tick();
  assert(heldBytes - worker.takenBytes > 8_000_000);
  assertEquals(worker.messages.mustSettle, false);
  worker.messages.publish(bytesOf("d"), bytesOf("m"));
  await other.settle(worker);
  assertEquals(other.frames.at(-1), { kind: BusFrame.message, number: 0, name: "d", body: "m" });
});

Deno.test("a lost message of a channel with a name of many bytes is told of like any other", async () => {
  const worker = new TestWorker();
  using other = new Other(worker, 2);
  const name = "n".repeat(500_000);
  other.send((writer) => writer.write(BusFrame.count, Topic.channel, 1, bytesOf(name)));
  await other.settle(worker);
  const large = new Uint8Array(1_000_000);
  for (let i = 0; i < 10; i++) {
    assertEquals(worker.messages.publish(bytesOf(name), large), 1);
    worker.endTurn();
  }
  await other.settle(worker);
  const lost = other.frames.filter(({ kind }) => kind === BusFrame.lost);
  assertEquals(lost.map((frame) => frame.name.length), [name.length]);
});

Deno.test("where messages are lost on their way, those who were to get them are closed", async () => {
  const worker = new TestWorker();
  using other = new Other(worker, 2);
  const clients = ["c", "[cd]", "e"].map((name, i) => {
    const client = new Client(worker);
    subscribe(worker, client, i === 1 ? Topic.pattern : Topic.channel, name);
    return client;
  });
  other.send((writer) => writer.write(BusFrame.lost, Topic.channel, 0, bytesOf("c")));
  await other.settle(worker);
  assertEquals(clients.map(({ isSlow }) => isSlow), [true, true, false]);
  other.send((writer) => writer.write(BusFrame.lostAll, 0, 0));
  await other.settle(worker);
  assertEquals(clients[2]!.isSlow, true);
});

Deno.test("a client of any worker can be found, and told that keys may have changed, until it is gone", async () => {
  const worker = new TestWorker();
  const client = new Client(worker, 3);
  assertEquals(await worker.messages.findClient(9), false);
  assertEquals(await worker.messages.findClient(1), true);
  assertEquals(worker.messages.invalidate(1, bytesOf("k")), true);
  worker.endTurn();
  assertEquals(client.take(), ["invalidate", "k"]);
  worker.messages.end(client.session);
  assertEquals(worker.messages.invalidate(1, null), false);
  using other = new Other(worker, 2);
  const found = worker.messages.findClient(7);
  await until("it is asked", () => {
    worker.endTurn();
    return other.frames.some(({ kind }) => kind === BusFrame.find);
  });
  const { number, name } = other.frames.at(-1)!;
  assertEquals(name, "7");
  other.send((writer) => {
    writer.write(BusFrame.count, Topic.client, 1, bytesOf("7"));
    writer.write(BusFrame.found, 0, number, undefined, new Uint8Array());
  });
  assertEquals(await found, true);
  assertEquals(worker.messages.invalidate(7, bytesOf("k")), true);
});
