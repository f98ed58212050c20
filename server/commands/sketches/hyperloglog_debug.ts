// PFDEBUG: what is inside a HyperLogLog. For people, and for tests written for redis-server; PFSELFTEST, which
// tests a server's own code, is left out.

import { describeSparse, Opening, REGISTERS } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { mayAnswer } from "../answer_text.ts";
import { shownText, tokenOf } from "../argument_text.ts";
import { OUT_OF_MEMORY, refused } from "../failures.ts";
import { CORRUPT_HYPERLOGLOG, openLog } from "./hyperloglogs.ts";

const NO_KEY = refused("The specified key does not exist");
const NOT_SPARSE = refused("HLL encoding is not sparse");
/** Of an answer with all registers: each takes at most five bytes. */
const REGISTERS_BYTES = 5 * REGISTERS;

/** PFDEBUG GETREG | DECODE | ENCODING | TODENSE key. */
export function pfdebug(context: CommandContext, args: Args, reply: Reply): void {
  const opening = openLog(context, args, 0, 1, reply, false, true);
  if (opening === Opening.absent) return reply.fail(NO_KEY);
  if (opening !== Opening.found) return;
  const { log } = context.sketches.hyperLogLog;
  const subcommand = tokenOf(args, 0);
  if (subcommand === "ENCODING") reply.status(log.isSparse ? "sparse" : "dense");
  else if (subcommand === "TODENSE") {
    const isSparse = log.isSparse;
    if (makeDense(context, reply)) reply.integer(isSparse ? 1 : 0);
  } else if (subcommand === "DECODE") {
    if (!log.isSparse) reply.fail(NOT_SPARSE);
    else reply.text(describeSparse(log));
  } else if (subcommand === "GETREG") answerRegisters(context, reply);
  else reply.fail(refused(`Unknown PFDEBUG subcommand '${shownText(args, 0)}'`));
}

/** Stores it in the dense encoding. Refuses and returns false if it cannot. */
function makeDense(context: CommandContext, reply: Reply): boolean {
  const { log, view } = context.sketches.hyperLogLog;
  if (!log.isSparse) return true;
  if (!log.makeDense()) reply.fail(CORRUPT_HYPERLOGLOG);
  else if (!view.write(0, log.bytes, 0, log.length)) reply.fail(OUT_OF_MEMORY);
  else {
    view.close();
    return true;
  }
  return false;
}

/** As in Redis this makes it dense. */
function answerRegisters(context: CommandContext, reply: Reply): void {
  if (!mayAnswer(REGISTERS_BYTES, reply) || !makeDense(context, reply)) return;
  const registers = new Uint8Array(REGISTERS);
  context.sketches.hyperLogLog.log.mergeInto(registers);
  reply.array(REGISTERS);
  for (const register of registers) reply.integer(register);
}
