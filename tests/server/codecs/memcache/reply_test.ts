// Answers to memcached's clients: what is refused after it was answered is refused in the style of its answer.

import { assertEquals } from "@std/assert";
import { MemcacheOutput } from "../../../../server/codecs/memcache/reply.ts";
import { Args } from "../../../../server/contract/args.ts";
import { Result } from "../../../../server/contract/memcache/reply.ts";
import { MemcacheRequest, Op, Style } from "../../../../server/contract/memcache/request.ts";
import { NOT_DURABLE } from "../../../../server/commands/failures.ts";

function textOf(reply: MemcacheOutput): string {
  return String.fromCharCode(...reply.bytes.subarray(0, reply.used));
}

/** Answers that something is stored. Returns where the answer begins and ends. */
function store(request: MemcacheRequest, reply: MemcacheOutput, style: Style): [number, number] {
  request.begin(Op.set, style);
  reply.begin();
  const from = reply.used;
  reply.result(Result.stored, new Args(), 5);
  return [from, reply.used];
}

Deno.test("MemcacheOutput.replace() refuses in the style of each answer, and says nothing where there was none", () => {
  const request = new MemcacheRequest();
  const reply = new MemcacheOutput(request);
  const refusal = `SERVER_ERROR ${NOT_DURABLE.message}\r\n`;
  const first = store(request, reply, Style.classic);
  store(request, reply, Style.classic);
  // The worker's request is that of another client meanwhile.
  request.begin(Op.get, Style.binary);
  reply.replace(Int32Array.of(...first, 8, 8), 4, NOT_DURABLE);
  assertEquals(textOf(reply), `${refusal}STORED\r\n`);

  const other = new MemcacheOutput(request);
  request.code = 1;
  request.opaque = 0xabcdef01;
  const place = store(request, other, Style.binary);
  request.begin(Op.get, Style.classic);
  request.code = 9;
  request.opaque = 7;
  other.replace(Int32Array.of(...place), 2, NOT_DURABLE);
  const { message } = NOT_DURABLE;
  const head = `\x81\x01\0\0\0\0\0\x85\0\0\0${String.fromCharCode(message.length)}\xab\xcd\xef\x01${
    "\0".repeat(8)
  }`;
  assertEquals(textOf(other), head + message);
});
