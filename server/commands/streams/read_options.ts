// The options of XREAD and XREADGROUP, read as Redis reads them, with its refusals. Knows no stream, and not where the
// keys are that are locked.

import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Waiting } from "../../contract/commands/waits.ts";
import type { Failure } from "../../contract/reply.ts";
import { integerOf, isWord } from "../argument_text.ts";
import { timeoutMsOf } from "../blocking/timeout.ts";
import { NOT_INTEGER, refused, SYNTAX } from "../failures.ts";

const NO_GROUP_HERE = refused(
  "The GROUP option is only supported by XREADGROUP. You called XREAD instead.",
);
const NO_NOACK_HERE = refused(
  "The NOACK option is only supported by XREADGROUP. You called XREAD instead.",
);
const NO_GROUP = refused("Missing GROUP option for XREADGROUP");
/** Redis says so of both commands. */
const UNBALANCED = refused(
  "Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.",
);

/** How streams are to be read. */
export class ReadOptions {
  /** Most entries of each stream; 0: all. */
  count = 0;
  /** How long to wait in milliseconds, where 0 is for ever; -1: not at all. */
  blockMs = -1;
  /** Which argument the group's name is, before that of the consumer; -1: there is none. */
  groupAt = -1;
  /** Whether entries are not pending when they were delivered. */
  needsNoAck = false;
  /** The first key; as many ids follow the keys. */
  streamsAt = 0;
  /** How many keys there are. */
  streamCount = 0;

  /** Reads all arguments up to the keys. Returns why they are wrong, or null. */
  read(args: Args, isGroup: boolean): Failure | null {
    for (let i = 0; i < args.count; i++) {
      const more = args.count - i - 1;
      if (more > 0 && isWord(args, i, "BLOCK")) {
        const ms = timeoutMsOf(args, ++i);
        if (typeof ms !== "number") return ms;
        this.blockMs = ms;
      } else if (more > 0 && isWord(args, i, "COUNT")) {
        const count = integerOf(args, ++i);
        if (count === undefined) return NOT_INTEGER;
        this.count = Math.max(0, Number(count));
      } else if (more > 0 && isWord(args, i, "STREAMS")) {
        if (more % 2 !== 0) return UNBALANCED;
        this.streamsAt = i + 1;
        this.streamCount = more / 2;
        break;
      } else if (more > 1 && isWord(args, i, "GROUP")) {
        if (!isGroup) return NO_GROUP_HERE;
        this.groupAt = i + 1;
        i += 2;
      } else if (isWord(args, i, "NOACK")) {
        if (!isGroup) return NO_NOACK_HERE;
        this.needsNoAck = true;
      } else return SYNTAX;
    }
    if (this.streamsAt === 0) return SYNTAX;
    return isGroup && this.groupAt < 0 ? NO_GROUP : null;
  }
}

/** The options of a command whose arguments are known to be right. */
export function readOptions(args: Args, isGroup: boolean): ReadOptions {
  const options = new ReadOptions();
  options.read(args, isGroup);
  return options;
}

/** What XREAD and XREADGROUP have in common with BLOCK: how long they wait, and with which arguments. */
export function waitingRead(
  isGroup: boolean,
): Pick<Waiting<CommandContext>, "timeout" | "mayWait" | "problem"> {
  const problem = (args: Args) => new ReadOptions().read(args, isGroup);
  return {
    problem,
    timeout: (args) => problem(args) ?? readOptions(args, isGroup).blockMs,
    mayWait: (args) => problem(args) === null && readOptions(args, isGroup).blockMs >= 0,
  };
}
