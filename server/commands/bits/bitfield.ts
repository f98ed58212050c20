// BITFIELD and BITFIELD_RO: reads and changes several integers of any width in one string. All arguments are read
// before anything is done.

import { Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { NOT_INTEGER, refused, SYNTAX } from "../failures.ts";
import { parseInteger } from "../integers.ts";
import { openBytes, writeProblem } from "../items.ts";
import {
  addToField,
  type FieldType,
  fitToField,
  Overflow,
  readField,
  writeField,
} from "./bit_fields.ts";
import { BAD_OFFSET, byteOf, fieldOffsetOf } from "./bit_offsets.ts";

const BAD_TYPE = refused(
  "Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.",
);
const BAD_OVERFLOW = refused("Invalid OVERFLOW type specified");
const ONLY_GET = refused("BITFIELD_RO only supports the GET subcommand");

/** Operations of one command: about 2 ms. */
const MAX_STEPS = 1000;
const TOO_MANY = refused(
  `BITFIELD takes too long: it may have ${MAX_STEPS} operations, use several commands`,
);

const SIGNED = 0x69;
const UNSIGNED = 0x75;
const OVERFLOWS: Readonly<Record<string, Overflow>> = {
  WRAP: Overflow.wrap,
  SAT: Overflow.saturate,
  FAIL: Overflow.fail,
};

/** One thing to be done. */
interface Step {
  readonly action: "GET" | "SET" | "INCRBY";
  readonly type: FieldType;
  readonly offset: number;
  readonly number: bigint;
  readonly overflow: Overflow;
}

/** BITFIELD key [GET type offset | [OVERFLOW how] SET type offset value | [OVERFLOW how] INCRBY type offset by …] */
export function bitfield(context: CommandContext, args: Args, reply: Reply): void {
  const steps = stepsOf(args);
  if ("code" in steps) return reply.fail(steps);
  run(context, args, steps, reply);
}

/** BITFIELD_RO key [GET type offset …] */
export function bitfieldRo(context: CommandContext, args: Args, reply: Reply): void {
  const steps = stepsOf(args);
  if ("code" in steps) return reply.fail(steps);
  if (steps.some(({ action }) => action !== "GET")) return reply.fail(ONLY_GET);
  run(context, args, steps, reply);
}

function stepsOf(args: Args): Step[] | Failure {
  const steps: Step[] = [];
  let overflow: Overflow = Overflow.wrap;
  for (let i = 1; i < args.count;) {
    const action = tokenOf(args, i);
    const left = args.count - i - 1;
    if (action === "OVERFLOW" && left >= 1) {
      const how = OVERFLOWS[tokenOf(args, i + 1)];
      if (how === undefined) return BAD_OVERFLOW;
      overflow = how;
      i += 2;
      continue;
    }
    const isChange = action === "SET" || action === "INCRBY";
    if (!(action === "GET" && left >= 2) && !(isChange && left >= 3)) return SYNTAX;
    const type = fieldTypeOf(args, i + 1);
    if (type === undefined) return BAD_TYPE;
    const offset = fieldOffsetOf(args, i + 2, type.bits);
    if (offset < 0) return BAD_OFFSET;
    const number = isChange ? integerOf(args, i + 3) : 0;
    if (number === undefined) return NOT_INTEGER;
    if (steps.length === MAX_STEPS) return TOO_MANY;
    steps.push({ action, type, offset, number: BigInt(number), overflow });
    i += isChange ? 4 : 3;
  }
  return steps;
}

/** Argument `index` as a kind of integer: i and up to 64 bits, or u and up to 63. */
function fieldTypeOf(args: Args, index: number): FieldType | undefined {
  const start = args.starts[index]!;
  const length = args.lengths[index]!;
  const sign = length === 0 ? 0 : args.bytes[start]!;
  if (sign !== SIGNED && sign !== UNSIGNED) return undefined;
  const bits = parseInteger(args.bytes, start + 1, length - 1);
  const isSigned = sign === SIGNED;
  if (typeof bits !== "number" || bits < 1 || bits > (isSigned ? 64 : 63)) return undefined;
  return { isSigned, bits };
}

function run(context: CommandContext, args: Args, steps: readonly Step[], reply: Reply): void {
  const view = context.views.bytes;
  const events = context.cache.region.keyEvents?.count ?? 0;
  const changes = steps.filter(({ action }) => action !== "GET");
  const isRead = changes.length === 0;
  if (openBytes(context, view, args, 0, 0, reply, isRead) === Opening.wrongType) return;
  if (!isRead) {
    const last = Math.max(...changes.map(({ offset, type }) => offset + type.bits - 1));
    const end = byteOf(last) + 1;
    const problem = writeProblem(context, view, args.lengths[0]!, end - 1, 1);
    if (problem !== null) return reply.fail(problem);
    if (end > view.length) view.setLength(end);
  }
  reply.array(steps.length);
  let written = 0;
  for (const step of steps) {
    const { action, type, offset, number, overflow } = step;
    const old = readField(view, type, offset);
    if (action === "GET") {
      reply.integer(old);
      continue;
    }
    const value = action === "SET"
      ? fitToField(type, number, overflow)
      : addToField(type, old, number, overflow);
    if (value === undefined) {
      reply.miss();
      continue;
    }
    written++;
    if (value !== old) writeField(view, type.bits, offset, value);
    reply.integer(action === "SET" ? old : value);
  }
  if (isRead) return;
  view.close();
  // As in Redis, a string that has only grown has not changed.
  if (written === 0) context.cache.region.keyEvents?.hush(events);
}
