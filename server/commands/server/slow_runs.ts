// What the slow log and the server's log say of a command: who has sent it, its first words, its first key. Made
// only of commands that took long, or that take their time. Knows no threshold.

import type { Args } from "../../contract/args.ts";
import type { Command } from "../../contract/command.ts";
import { placeKeys } from "../../contract/keys/key_places.ts";
import { escapedBytes } from "../../contract/log/plain_text.ts";
import type { Asker, CommandRun, SlowListener } from "../../contract/log/slow_requests.ts";
import type { Session } from "../../contract/session.ts";
import { textOf } from "../argument_text.ts";

/** The first arguments of a command are kept, and the first bytes of each. */
const MAX_SLOW_CHARS = 64;
const MAX_SLOW_WORDS = 8;
/** So much of a key is shown. */
const MAX_KEY_BYTES = 64;

/** Who asks. */
export function askerOf(session: Session): Asker {
  const { origin, transport, address, name } = session;
  return {
    protocol: origin?.protocol ?? transport,
    address: origin?.address() ?? address,
    clientName: name,
    trace: origin?.trace() ?? null,
  };
}

/** A command of that session, while its arguments are there. */
export function runOf(session: Session, command: Command, args: Args): CommandRun {
  const { first, count } = keysOf(command, args);
  return {
    ...askerOf(session),
    command: command.name,
    words: wordsOf(command, args),
    key: first < 0 ? null : escapedBytes(args.bytesOf(first), MAX_KEY_BYTES),
    keys: count,
  };
}

/**
 * Resolves with what `durable` does, once answers may be sent that say what is on the disk then; tells of a long wait for
 * that. Whose it was is asked only then.
 */
export async function whenOnDisk(
  durable: Promise<boolean>,
  slow: SlowListener,
  asker: () => Asker,
): Promise<boolean> {
  const fromMs = performance.now();
  const isDurable = await durable;
  const ms = performance.now() - fromMs;
  if (ms >= slow.fromMs) slow.noteWait("disk", ms, asker());
  return isDurable;
}

/** The words of a command as the slow log shows them; of many and of long ones only the first. */
function wordsOf(command: Command, args: Args): string[] {
  const words = [command.name];
  const shown = args.count <= MAX_SLOW_WORDS ? args.count : MAX_SLOW_WORDS - 1;
  for (let i = 0; i < shown; i++) {
    const more = args.lengths[i]! - MAX_SLOW_CHARS;
    const text = textOf(args, i, MAX_SLOW_CHARS);
    words.push(more > 0 ? `${text}... (${more} more bytes)` : text);
  }
  if (shown < args.count) words.push(`... (${args.count - shown} more arguments)`);
  return words;
}

/** Which argument is the first key, or -1, and how many keys there are. */
function keysOf({ keys, keyCountAt }: Command, args: Args): { first: number; count: number } {
  const none = { first: -1, count: 0 };
  if (keyCountAt !== undefined) {
    if (keyCountAt >= args.count) return none;
    const count = Number(textOf(args, keyCountAt, MAX_KEY_BYTES));
    const isPossible = Number.isInteger(count) && count > 0 && keyCountAt + count < args.count;
    return isPossible ? { first: keyCountAt + 1, count } : none;
  }
  if (keys === null || args.count === 0) return none;
  const into = new Int32Array(args.count);
  const count = placeKeys(keys, args, into);
  return count > 0 && into[0]! < args.count ? { first: into[0]!, count } : none;
}
