// MEMORY: the bytes that a key takes, and what takes memory.
// Knows no value; the engine says what an item owns.

import { itemMemoryLocked, readStats } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { Reply } from "../../contract/reply.ts";
import type { CommandContext } from "../../contract/command.ts";
import { answerText } from "../answer_text.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { NOT_INTEGER, SYNTAX } from "../failures.ts";
import { answerHelp } from "../help.ts";
import { peekItem, shardOfKey } from "../items.ts";

const MEMORY_HELP = [
  "USAGE <key> [SAMPLES <count>]",
  "    Bytes that the key and its value take, index included.",
  "STATS | DOCTOR | PURGE | MALLOC-STATS",
  "    What takes memory. PURGE has nothing to do.",
];
const DOCTOR =
  "The memory of items is fixed at start, and what is free of it is used again at once. " +
  "GET /stats and INFO memory tell how full it is.\n";

/** MEMORY USAGE key [SAMPLES n], MEMORY HELP. */
export function memory(context: CommandContext, args: Args, reply: Reply): void {
  const token = tokenOf(args, 0);
  if (token === "HELP") return answerHelp("MEMORY", MEMORY_HELP, reply);
  if (token === "STATS") return memoryStats(context, reply);
  if (token === "PURGE") return reply.ok();
  if (token === "DOCTOR") return answerText(DOCTOR, reply);
  if (token === "MALLOC-STATS") return reply.text("Stats not supported for the current allocator");
  if (args.count > 2) {
    if (args.count < 4 || tokenOf(args, 2) !== "SAMPLES") return reply.fail(SYNTAX);
    const samples = integerOf(args, 3);
    if (samples === undefined) return reply.fail(NOT_INTEGER);
    if (samples < 0 || args.count > 4) return reply.fail(SYNTAX);
  }
  const address = peekItem(context, args, 0, 1);
  if (address === 0) return reply.miss();
  reply.integer(itemMemoryLocked(shardOfKey(context, 0).memory, address));
}

function memoryStats({ cache }: CommandContext, reply: Reply): void {
  const { usedBytes, memoryBytes, items } = readStats(cache);
  const facts: Readonly<Record<string, number>> = {
    "total.allocated": memoryBytes,
    "startup.allocated": memoryBytes,
    "dataset.bytes": usedBytes,
    "keys.count": items,
    "keys.bytes-per-key": items === 0 ? 0 : Math.round(usedBytes / items),
  };
  reply.map(Object.keys(facts).length);
  for (const [name, value] of Object.entries(facts)) {
    reply.text(name);
    reply.integer(value);
  }
}
