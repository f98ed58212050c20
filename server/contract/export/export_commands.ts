// Writes strings and sketches as commands of the Redis protocol which store them again: SELECT, SET with PXAT
// where one has a deadline, RESTORE. Knows no shard and no request.

import { type ItemBatch, ItemType } from "../../../cache/mod.ts";
import { DumpWriter } from "../../rdb/dump_writer.ts";
import { isSketch, writeSketch } from "../collections/sketch_payloads.ts";
import { writeAscii } from "../text_bytes.ts";

/** Most bytes that a command takes beside its key and value. */
const MAX_COMMAND_BYTES = 96;

/** Writes the commands of one export. */
export class CommandWriter {
  /** The database that was chosen last, by the number that clients use. */
  #database = 0;

  /** The commands that store the strings and sketches of a batch, which are in `database`; others of it may follow. */
  write(batch: ItemBatch, database: number): Uint8Array<ArrayBuffer> {
    const parts = [setCommands(batch), ...sketchCommands(batch)];
    if (database !== this.#database) {
      this.#database = database;
      parts.unshift(selectCommand(database));
    }
    if (parts.length === 1) return parts[0]!;
    const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}

/** The commands that store the sketches of a batch: RESTORE, with what DUMP would answer. */
function sketchCommands(batch: ItemBatch): Uint8Array<ArrayBuffer>[] {
  const { bytes, count, deadlinesMs, keyLengths, types, valueLengths } = batch;
  const commands: Uint8Array<ArrayBuffer>[] = [];
  let from = 0;
  for (let i = 0; i < count; i++) {
    const [keyBytes, valueBytes] = [keyLengths[i]!, valueLengths[i]!];
    const type = types[i] as ItemType;
    if (isSketch(type)) {
      const writer = new DumpWriter();
      writeSketch(writer, type, bytes, from + keyBytes, valueBytes);
      writer.end();
      const deadline = String(deadlinesMs[i]!);
      const to = new Uint8Array(keyBytes + writer.length + MAX_COMMAND_BYTES);
      let at = writeAscii("*6\r\n$7\r\nRESTORE", to, 0);
      at = writeBytes(bytes, from, keyBytes, to, at);
      at += writeAscii(`\r\n$${deadline.length}\r\n${deadline}`, to, at);
      at = writeBytes(writer.bytes, 0, writer.length, to, at);
      at += writeAscii("\r\n$7\r\nREPLACE\r\n$6\r\nABSTTL\r\n", to, at);
      commands.push(to.subarray(0, at));
    }
    from += keyBytes + valueBytes;
  }
  return commands;
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
