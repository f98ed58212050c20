// Writes strings as commands of the Redis protocol which store them again: SELECT, and SET with PXAT where
// one has a deadline. Knows no shard and no request.

import { type ItemBatch, ItemType } from "../../../cache/mod.ts";
import { writeAscii } from "../text_bytes.ts";

/** Most bytes that a command takes beside its key and value. */
const MAX_COMMAND_BYTES = 96;

/** Writes the commands of one export. */
export class CommandWriter {
  /** The database that was chosen last, by the number that clients use. */
  #database = 0;

  /** The commands that store the strings of a batch, which are in `database`; others of it may follow. */
  write(batch: ItemBatch, database: number): Uint8Array<ArrayBuffer> {
    const sets = setCommands(batch);
    if (database === this.#database) return sets;
    this.#database = database;
    const select = selectCommand(database);
    const bytes = new Uint8Array(select.length + sets.length);
    bytes.set(select);
    bytes.set(sets, select.length);
    return bytes;
  }
}

/** The command that chooses a database. */
function selectCommand(database: number): Uint8Array<ArrayBuffer> {
  const text = String(database);
  return new TextEncoder().encode(`*2\r\n$6\r\nSELECT\r\n$${text.length}\r\n${text}\r\n`);
}

/** The commands that store the strings of a batch. */
function setCommands(batch: ItemBatch): Uint8Array<ArrayBuffer> {
  const { count, used, bytes, types, keyLengths, valueLengths, deadlinesMs } = batch;
  const to = new Uint8Array(used + count * MAX_COMMAND_BYTES);
  let at = 0;
  let from = 0;
  for (let i = 0; i < count; i++) {
    if (types[i] !== ItemType.string) {
      from += keyLengths[i]! + valueLengths[i]!;
      continue;
    }
    const deadlineMs = deadlinesMs[i]!;
    at += writeAscii(deadlineMs === 0 ? "*3\r\n$3\r\nSET" : "*5\r\n$3\r\nSET", to, at);
    at = writeBytes(bytes, from, keyLengths[i]!, to, at);
    from += keyLengths[i]!;
    at = writeBytes(bytes, from, valueLengths[i]!, to, at);
    from += valueLengths[i]!;
    if (deadlineMs !== 0) {
      const text = String(deadlineMs);
      at += writeAscii(`\r\n$4\r\nPXAT\r\n$${text.length}\r\n${text}`, to, at);
    }
    at += writeAscii("\r\n", to, at);
  }
  return to.subarray(0, at);
}

/** Writes the end of the line before, a length and so many bytes. Returns where they end. */
function writeBytes(
  from: Uint8Array,
  start: number,
  length: number,
  to: Uint8Array,
  at: number,
): number {
  const begin = at + writeAscii(`\r\n$${length}\r\n`, to, at);
  to.set(from.subarray(start, start + length), begin);
  return begin + length;
}
