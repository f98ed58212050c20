// RESTORE: stores what DUMP has written, here or in Redis up to 7.4. The payload is read twice: to find out
// whether all of it is right and fits, and then to store it; what is refused has changed nothing.

import { MAX_DEADLINE_MS } from "../../../cache/mod.ts";
import { readSketch, type Sketch } from "../../contract/collections/sketch_payloads.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import { ByteInput, FormatError } from "../../rdb/byte_input.ts";
import { DumpType } from "../../rdb/dump_writer.ts";
import { Crc64 } from "../../rdb/crc64.ts";
import { kindOfType, RdbCollection, type RdbKind } from "../../rdb/rdb_collection.ts";
import { isStreamType } from "../../rdb/rdb_stream.ts";
import { ByteSlot, RdbValues } from "../../rdb/rdb_values.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { NOT_INTEGER, OUT_OF_MEMORY, refused, SYNTAX, TOO_LARGE } from "../failures.ts";
import {
  deleteItem,
  growthProblem,
  openEmptyView,
  peekItem,
  storeItem,
  storeProblem,
} from "../items.ts";
import { MAX_DUMPED_MEMBERS, TOO_MANY_DUMPED } from "./dump_limits.ts";
import { StreamPayload } from "./stream_restore.ts";
import { keyProblem } from "../sketches/refusals.ts";

const FOOTER_BYTES = 10;
const CHECKSUM_BYTES = 8;
/** The version of the format that Redis 7.4 has. */
const MAX_VERSION = 12;
const TYPE_STRING = 0;
/** The longest packed string: longer ones could not be stored. */
const MAX_PACKED_BYTES = 16 * 1024 * 1024;

const BUSY_KEY = refused("Target key name already exists.", "BUSYKEY");
const BAD_TTL = refused("Invalid TTL value, must be >= 0");
const BAD_IDLE_TIME = refused("Invalid IDLETIME value, must be >= 0");
const BAD_FREQUENCY = refused("Invalid FREQ value, must be >= 0 and <= 255");
const BAD_PAYLOAD = refused("DUMP payload version or checksum are wrong");
const BAD_FORMAT = refused("Bad data format");

interface Options {
  replaces: boolean;
  isAbsolute: boolean;
}

/** What a payload has: a string, or members. */
interface Contents {
  readonly kind: RdbKind | "string";
  readonly entries: number;
  readonly bytes: number;
  /** Whether some of it is longer than any value may be. */
  readonly isTooLong: boolean;
}

/** RESTORE key ttl payload [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency] */
export function restore(context: CommandContext, args: Args, reply: Reply): void {
  const options = optionsOf(args);
  if ("code" in options) return reply.fail(options);
  const isThere = peekItem(context, args, 0, 0) !== 0;
  if (isThere && !options.replaces) return reply.fail(BUSY_KEY);
  const ttl = integerOf(args, 1);
  if (ttl === undefined) return reply.fail(NOT_INTEGER);
  if (ttl < 0) return reply.fail(BAD_TTL);
  // Aligned and alone in its buffer, which those who read it ask for.
  const payload = args.copyOf(2) as Uint8Array<ArrayBuffer>;
  if (!isWhole(payload)) return reply.fail(BAD_PAYLOAD);
  const sketch = payload[0] === DumpType.module ? sketchOf(payload) : undefined;
  if (sketch === null) return reply.fail(BAD_FORMAT);
  const { maxValueBytes } = context.server.config;
  const stream = isStreamType(payload[0]!) ? new StreamPayload(payload, maxValueBytes) : undefined;
  const damage = stream?.problem() ?? null;
  if (damage !== null) return reply.fail(damage);
  const reader = new PayloadReader(payload, maxValueBytes);
  const isOther = sketch !== undefined || stream !== undefined;
  const contents = isOther ? null : reader.contents();
  if (contents === null && !isOther) return reply.fail(BAD_FORMAT);
  if (contents?.isTooLong) return reply.fail(TOO_LARGE);
  const nowMs = context.cache.now();
  const deadlineMs = Math.min(
    MAX_DEADLINE_MS,
    Number(ttl) + (ttl === 0 || options.isAbsolute ? 0 : nowMs),
  );
  if (deadlineMs !== 0 && deadlineMs <= nowMs) {
    if (isThere) deleteItem(context, args, 0, 0);
    return reply.ok();
  }
  const problem = stream !== undefined
    ? stream.store(context, args, deadlineMs)
    : contents === null
    ? storeSketch(context, args, sketch!, deadlineMs)
    : store(context, args, reader, contents, deadlineMs);
  if (problem === null) reply.ok();
  else reply.fail(problem);
}

function optionsOf(args: Args): Options | Failure {
  const options = { replaces: false, isAbsolute: false };
  let [hasIdleTime, hasFrequency] = [false, false];
  for (let i = 3; i < args.count; i++) {
    const token = tokenOf(args, i);
    const isLast = i + 1 === args.count;
    if (token === "REPLACE") options.replaces = true;
    else if (token === "ABSTTL") options.isAbsolute = true;
    else if (token === "IDLETIME" && !isLast && !hasFrequency) {
      const seconds = integerOf(args, ++i);
      if (seconds === undefined) return NOT_INTEGER;
      if (seconds < 0) return BAD_IDLE_TIME;
      hasIdleTime = true;
    } else if (token === "FREQ" && !isLast && !hasIdleTime) {
      const frequency = integerOf(args, ++i);
      if (frequency === undefined) return NOT_INTEGER;
      if (frequency < 0 || frequency > 255) return BAD_FREQUENCY;
      hasFrequency = true;
    } else return SYNTAX;
  }
  return options;
}

/** Whether version and checksum at the end of a payload are right. */
function isWhole(payload: Uint8Array): boolean {
  if (payload.length < FOOTER_BYTES) return false;
  const footer = payload.length - FOOTER_BYTES;
  if ((payload[footer]! | payload[footer + 1]! << 8) > MAX_VERSION) return false;
  const sum = new Crc64();
  sum.add(payload, 0, payload.length - CHECKSUM_BYTES);
  return sum.bytes().every((byte, i) => byte === payload[payload.length - CHECKSUM_BYTES + i]);
}

/** The sketch that a payload has; null where it is damaged, or of another module. */
function sketchOf(payload: Uint8Array<ArrayBuffer>): Sketch | null {
  const input = ByteInput.over(payload, payload.length - FOOTER_BYTES);
  input.at = 1;
  try {
    const { value } = readSketch(new RdbValues(input)).next();
    return input.left === 0 && typeof value === "object" ? value : null;
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

/** Stores a sketch under the key. Returns why that cannot be, or null. */
function storeSketch(
  context: CommandContext,
  args: Args,
  { bytes, type }: Sketch,
  deadlineMs: number,
): Failure | null {
  const problem = keyProblem(context, args, 0);
  if (problem !== null) return problem;
  const { shard, views: { bytes: view } } = context;
  const key = args.starts[0]!;
  const hash = context.hashes[0]!;
  view.openEmpty(shard, context.database, hash, args.bytes, key, args.lengths[0]!, type);
  // It is not closed where it cannot be written, and so changes nothing.
  if (!view.mayWrite(0, bytes.length)) return OUT_OF_MEMORY;
  view.write(0, bytes, 0, bytes.length);
  view.close();
  if (deadlineMs !== 0) shard.setDeadlineLocked(peekItem(context, args, 0, 0), deadlineMs);
  return null;
}

/** Reads a payload, as often as wanted. */
class PayloadReader {
  readonly value = new ByteSlot();
  readonly members: RdbCollection;
  readonly #payload: Uint8Array<ArrayBuffer>;

  /** Strings have at most `maxBytes`. */
  constructor(payload: Uint8Array<ArrayBuffer>, maxBytes: number) {
    this.#payload = payload;
    this.members = new RdbCollection(maxBytes, MAX_PACKED_BYTES);
  }

  /** Reads all of it. Returns null where it is damaged, or of a type that is none of ours. */
  contents(): Contents | null {
    const kind = this.#payload[0] === TYPE_STRING ? "string" : kindOfType(this.#payload[0]!);
    if (kind === undefined) return null;
    const { member, value } = this.members;
    let [entries, bytes] = [0, 0];
    let isWhole = true;
    try {
      isWhole = this.read(() => {
        entries++;
        bytes += member.length + (kind === "hash" ? value.length : 0);
      });
    } catch (error) {
      if (error instanceof FormatError) return null;
      throw error;
    }
    if (kind !== "string" && entries === 0 && isWhole) return null;
    return { kind, entries, bytes, isTooLong: !isWhole };
  }

  /**
   * Calls `visit` with each member at hand, or reads the string. Returns false where something was too long.
   * Throws FormatError where it is damaged.
   */
  read(visit: () => void): boolean {
    const input = ByteInput.over(this.#payload, this.#payload.length - FOOTER_BYTES);
    const values = new RdbValues(input);
    input.at = 1;
    const type = this.#payload[0]!;
    const { members } = this;
    if (type === TYPE_STRING) {
      const { value: isKept } = values.string(this.value, members.maxBytes).next();
      return isKept === true;
    }
    for (const _found of members.read(type, values)) visit();
    return !members.wasTooLong;
  }
}

/** Stores what a payload has under the key. Returns why that cannot be, or null. */
function store(
  context: CommandContext,
  args: Args,
  reader: PayloadReader,
  { kind, entries, bytes }: Contents,
  deadlineMs: number,
): Failure | null {
  if (kind === "string") {
    const { value } = reader;
    const problem = storeProblem(context, args.lengths[0]!, value.length);
    if (problem !== null) return problem;
    storeItem(context, args, 0, 0, value.bytes, 0, value.length, deadlineMs);
    return null;
  }
  if (entries > MAX_DUMPED_MEMBERS) return TOO_MANY_DUMPED;
  const { members } = reader;
  const { member, value } = members;
  const { views, shard } = context;
  const view = views[kind];
  openEmptyView(context, view, args, 0, 0);
  const problem = growthProblem(context, view, args.lengths[0]!, entries, bytes);
  // It is not closed then, and so changes nothing.
  if (problem !== null) return problem;
  const { list, set, hash, sortedSet } = views;
  reader.read(() => {
    if (kind === "list") list.insert(list.count, member.bytes, 0, member.length);
    else if (kind === "set") set.add(member.bytes, 0, member.length);
    else if (kind === "sortedSet") sortedSet.put(member.bytes, 0, member.length, members.score);
    else {
      hash.put(
        member.bytes,
        0,
        member.length,
        value.bytes,
        0,
        value.length,
        members.deadlineMs,
      );
    }
  });
  view.close();
  if (deadlineMs === 0) return null;
  const address = peekItem(context, args, 0, 0);
  if (address === 0) return OUT_OF_MEMORY;
  shard.setDeadlineLocked(address, deadlineMs);
  return null;
}
