// The refusals of commands, with the codes and texts of Redis 7 where it has them.
// A refused command has changed nothing.

import type { Args } from "../contract/args.ts";
import type { CommandContext } from "../contract/command.ts";
import { MAX_HELD_WALK_MS } from "../contract/time_slices.ts";
import { ANSWER_TOO_LARGE_MESSAGE, type Failure, type FailureKind } from "../contract/reply.ts";
import { beforeZero, MAX_SHOWN_BYTES, shownText } from "./argument_text.ts";

export const SYNTAX = failure("syntax", "syntax error");
export const NOT_INTEGER = failure("notInteger", "value is not an integer or out of range");
export const OVERFLOW = failure("overflow", "increment or decrement would overflow");
export const TOO_LARGE = failure(
  "tooLarge",
  "value is too large for this cache's shards, see --memory and --max-value-bytes",
);
export const ANSWER_TOO_LARGE = failure("answerTooLarge", ANSWER_TOO_LARGE_MESSAGE);
export const BUSY = failure(
  "busy",
  "slabkv could not lock the key in time, nothing has changed, try again",
  "BUSY",
);
/** While a script runs for long. It may end by itself, or SCRIPT KILL ends it. */
const BUSY_SCRIPT = failure(
  "busy",
  "Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
  "BUSY",
);

/** Why a lock could not be had: a script runs for long, or others hold it. */
export function busyFailure({ cache }: CommandContext): Failure {
  return cache.region.gaugeTotal("script") > 0 ? BUSY_SCRIPT : BUSY;
}

export const PAUSED = failure(
  "paused",
  "clients are paused (CLIENT PAUSE), nothing has changed, try again",
  "BUSY",
);

export const SHED = failure(
  "shed",
  "slabkv is overloaded and refuses commands (--max-lag), nothing has changed, try again",
  "BUSY",
);

export const LOADING = failure("loading", "slabkv is loading the dataset in memory", "LOADING");

export const LOG_FULL = failure(
  "logFull",
  "slabkv could not write its log as fast as needed, nothing has changed, try again",
  "BUSY",
);
/** Of a write that was carried out, under --fsync always. */
export const NOT_DURABLE = failure(
  "notDurable",
  "this was carried out but could not be written to disk, so it may or may not outlive a crash",
  "MISCONF",
);

export const WRONG_TYPE = failure(
  "wrongType",
  "Operation against a key holding the wrong kind of value",
  "WRONGTYPE",
);
/** A collection may take half a shard. */
export const OUT_OF_MEMORY = refused(
  "command not allowed when used memory > 'maxmemory'.",
  "OOM",
);
export const NO_AUTH = refused("Authentication required.", "NOAUTH");
export const NO_SUCH_KEY = refused("no such key");
export const NOT_FLOAT = refused("value is not a valid float");
export const NOT_IN_MULTI = refused("Command not allowed inside a transaction");
export const NO_MEMORY = refused(
  "too much memory is in use for clients, nothing has changed, try again or see --body-memory",
  "OOM",
);
export const TRANSACTION_TOO_LARGE = refused(
  "transaction is too large: at most 1000 commands and 1 MiB of arguments",
);
export const TRANSACTION_TOO_LONG = refused(
  "transaction takes too long: its commands before this one have copied more than 16 MiB, " +
    "or asked as much about the server",
);
export const ALL_KEYS_TOO_LONG = refused(
  `transaction takes too long: its commands on all keys have ${MAX_HELD_WALK_MS} ms together, ` +
    "since everybody else waits, so send this one outside of MULTI",
);
export const STRING_TOO_LONG = refused("string exceeds maximum allowed size (--max-value-bytes)");
export const BAD_KEY = refused("key is empty or too long, see --max-key");
export const NO_PERSISTENCE = refused(
  "this server keeps nothing on disk, start it with --data-dir",
);

function failure(kind: FailureKind, message: string, code = "ERR"): Failure {
  return { kind, code, message };
}

/** Any other refusal, with the code ERR unless another is given. */
export function refused(message: string, code = "ERR"): Failure {
  return failure("refused", message, code);
}

/** The refusal of a write while the log cannot be written, for this reason; in the words of Redis. */
export function logFailing(cause: string): Failure {
  return failure("logFailing", `Errors writing to the AOF file: ${cause}`, "MISCONF");
}

/** The refusal of an EXEC that has not run for this reason. */
export function execAborted({ code, message }: Failure): Failure {
  const why = code === "ERR" ? message : `${code} ${message}`;
  return refused(`Transaction discarded because of: ${why}`, "EXECABORT");
}

/** The refusal of a subcommand that does not exist. */
export function unknownSubcommand(name: string, args: Args): Failure {
  const word = oneLine(shownText(args, 0));
  return refused(`unknown subcommand '${word}'. Try ${name} HELP.`);
}

/** The refusal of a command that does not exist. */
export function unknownCommand(name: Uint8Array, args: Args): Failure {
  const shown = beforeZero(new TextDecoder().decode(name.subarray(0, MAX_SHOWN_BYTES)));
  let words = "";
  for (let i = 0; i < args.count && words.length < MAX_SHOWN_BYTES; i++) {
    words += `'${shownText(args, i, MAX_SHOWN_BYTES - words.length)}' `;
  }
  const message = oneLine(`unknown command '${shown}', with args beginning with: ${words}`);
  return failure("unknownCommand", message);
}

/** A text without ends of lines, which would end an error. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, " ");
}

/** The refusal of a call with too few or too many arguments. */
export function wrongArity(name: string): Failure {
  return failure("arity", `wrong number of arguments for '${name.toLowerCase()}' command`);
}

/** The refusal of an expire time that is not positive or too far away. */
export function badExpire(name: string): Failure {
  return failure("badExpire", `invalid expire time in '${name.toLowerCase()}' command`);
}

/** Commands of administration, from whom they are not taken. */
export const NO_ADMINISTRATION: Failure = refused(
  "administration over HTTP needs --admin or --token, and never comes from a browser but the dashboard",
  "NOPERM",
);
