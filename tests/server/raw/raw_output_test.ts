// Writing to a raw client: how slow it may be, what its errors mean, and that each buffer of answers is
// given back once, when it is written.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { RespReply } from "../../../server/codecs/resp_reply.ts";
import type { RawReply } from "../../../server/raw/protocols.ts";
import { Session } from "../../../server/contract/session.ts";
import { RawOutput } from "../../../server/raw/raw_output.ts";

/** A client that takes what `write` says, and what became of its answers. */
class FakeClient {
  isEnded = false;
  counted = 0;
  readonly given: RawReply[] = [];
  readonly output: RawOutput;

  constructor(write: (bytes: Uint8Array) => Promise<number>) {
    this.output = new RawOutput(
      { write },
      this,
      { countOutput: (bytes) => this.counted += bytes },
      {
        giveBack: (reply) => this.given.push(reply),
        rest: (reply, other) => reply.rest(other),
      },
    );
  }

  takeReply(): RawReply {
    return new RespReply();
  }

  end(): void {
    this.isEnded = true;
  }
}

function replyOf(text: string): RespReply {
  const reply = new RespReply();
  reply.text(text);
  return reply;
}

/** A client that takes `step` bytes a second; returns when it is first seen to be slow, or -1. */
async function slowAfter(step: number): Promise<number> {
  let nowMs = 1000;
  let slowMs = -1;
  const client = new FakeClient((bytes) => {
    for (let look = 0; look < 4; look++, nowMs += 250) {
      if (slowMs < 0 && client.output.isSlow(nowMs)) slowMs = nowMs;
    }
    return Promise.resolve(Math.min(step, bytes.length));
  });
  await client.output.send(replyOf("x".repeat(300_000)));
  assertEquals([client.isEnded, client.output.isWaiting, client.given.length], [false, false, 1]);
  return slowMs;
}

Deno.test("RawOutput calls a client slow that takes less than 64 KiB in two seconds", async () => {
  assertEquals(await slowAfter(40_000), -1);
  assertEquals(await slowAfter(30_000), 3250);
});

Deno.test("RawOutput.send() takes any error for a lost client", async () => {
  const client = new FakeClient(() => Promise.reject(new Deno.errors.InvalidData("handshake")));
  await client.output.send(replyOf("answer"));
  assertEquals([client.isEnded, client.output.isWaiting, client.given.length], [true, false, 1]);
});

Deno.test("RawOutput.begin() writes answers, of which endBegun() writes the rest", async () => {
  const steps = [7, 2, 100];
  let got = "";
  const client = new FakeClient((bytes) => {
    const count = Math.min(steps.shift()!, bytes.length);
    got += new TextDecoder().decode(bytes.subarray(0, count));
    return Promise.resolve(count);
  });
  const { output } = client;
  const reply = replyOf("hello world");
  const sent = `$11\r\nhello world\r\n`;
  const written = output.begin(reply);
  assertEquals([output.isWaiting, output.hasBegun, client.given.length], [true, true, 0]);
  const rest = output.endBegun((await written)!);
  assert(rest !== null);
  assertEquals([output.isWaiting, output.hasBegun, client.given.length], [true, false, 0]);
  await rest;
  assertEquals([output.isWaiting, got, client.counted], [false, sent, sent.length]);
  assertEquals(client.given, [reply]);
  const second = replyOf("hello world");
  steps.push(100);
  assertEquals(output.endBegun((await output.begin(second))!), null);
  assertEquals([got, client.counted], [sent + sent, 2 * sent.length]);
  assertEquals(client.given, [reply, second]);
});

Deno.test("RawOutput.begin() gives back what cannot or need not be written", async () => {
  let writes = 0;
  const client = new FakeClient(() => {
    writes++;
    return Promise.reject(new Deno.errors.BrokenPipe("gone"));
  });
  const { output } = client;
  assertEquals(output.begin(new RespReply()), null);
  const lost = replyOf("answer");
  await assertRejects(() => output.begin(lost)!, Deno.errors.BrokenPipe);
  assertEquals([output.hasBegun, client.given.length], [true, 1]);
  client.end();
  assertEquals(output.endBegun(0), null);
  assertEquals(output.begin(replyOf("answer")), null);
  assertEquals([client.given.length, writes], [3, 1]);
});

Deno.test("RawOutput takes a connection for lost that says it has taken more than it was given, or nonsense", async () => {
  for (const count of [100, NaN, undefined, -1]) {
    const client = new FakeClient(() => Promise.resolve(count as number));
    assertEquals(client.output.endBegun((await client.output.begin(replyOf("answer")))!), null);
    assertEquals([client.isEnded, client.given.length], [true, 1], `${count}`);
  }
  const client = new FakeClient(() => Promise.resolve(NaN));
  await client.output.send(replyOf("answer"));
  assertEquals([client.isEnded, client.given.length], [true, 1]);
});

Deno.test("Pushed writes what waits as one piece, and nothing once the connection has ended", async () => {
  const pieces: number[] = [];
  const client = new FakeClient((bytes) => {
    pieces.push(bytes.length);
    return Promise.resolve(bytes.length);
  });
  const { output } = client;
  const { pushed } = output;
  assertEquals(pushed.flush(), null);
  for (let i = 0; i < 3; i++) assertEquals(pushed.add((reply) => reply.ok()), true);
  assertEquals(pushed.bytes, 15);
  await pushed.flush();
  assertEquals([pieces, pushed.bytes, client.given.length], [[15], 0, 1]);
  assertEquals(pushed.add((reply) => reply.text("x".repeat(1024 * 1024))), false);
  const flushing = pushed.flush();
  client.end();
  await flushing;
  assertEquals(pieces, [15]);
  await output.free();
  assertEquals([pushed.bytes, client.given.length], [0, 2]);
});

Deno.test("RawOutput.sendAhead() sends what was answered before, and leaves an empty reply to who waits", async () => {
  const written: string[] = [];
  const client = new FakeClient((bytes) => {
    written.push(new TextDecoder().decode(bytes));
    return Promise.resolve(bytes.length);
  });
  const reply = replyOf("before");
  await client.output.sendAhead(reply, { whenAheadMay: () => null });
  assertEquals(written, ["$6\r\nbefore\r\n"]);
  assertEquals([client.given.length, reply.used, reply.isResting], [1, 0, true]);
  assert(reply.bytes.length < 1024);
  reply.text("after");
  await client.output.send(reply);
  assertEquals(written[1], "$5\r\nafter\r\n");
});

Deno.test("RawOutput.settle() holds no buffer for short answers while their client waits, and keeps long ones", async () => {
  let end = () => {};
  const messages = { settled: () => new Promise<void>((resolve) => end = resolve) };
  for (const text of ["short", "x".repeat(5000)]) {
    const client = new FakeClient((bytes) => Promise.resolve(bytes.length));
    const session = new Session(1, "resp", "", "", 0, true);
    session.mustSettle = true;
    const reply = replyOf(text);
    const waiting = client.output.settle(reply, session, messages);
    assertEquals(client.given.length, text === "short" ? 1 : 0);
    assertEquals(session.mustSettle, false);
    reply.reset();
    reply.text(text);
    end();
    const { bytes, used } = await waiting;
    const wanted = `$${text.length}\r\n${text}\r\n`;
    assertEquals(new TextDecoder().decode(bytes.subarray(0, used)), wanted);
  }
});
