// What the fuzzers hold the readers of imports to: files of Redis and streams of commands, which may be
// damaged anywhere. They find the same however the input is cut, and refuse it in no other way than theirs.

import { ByteInput, FormatError, FOUND, type Reading } from "../../server/rdb/byte_input.ts";
import type { RdbStream } from "../../server/rdb/rdb_stream.ts";
import { RdbReader } from "../../client/transfer/rdb_reader.ts";
import { RespReader } from "../../client/transfer/resp_reader.ts";
import { Tally } from "../../client/transfer/tally.ts";
import { must, type Target } from "./rules.ts";

const RDB_LIMITS = { maxKeyBytes: 20, maxValueBytes: 100 };
const MAX_COMMAND_BYTES = 200;
const WINDOW_BYTES = 64;

/** A reader that begins, and what it has found when it has found something. */
interface Reader {
  readonly reading: Reading;
  readonly found: () => string;
}

/** What a reader makes of these bytes when they come in pieces of `step`. */
function readAll(
  begin: (input: ByteInput, tally: Tally) => Reader,
  bytes: Uint8Array,
  step: number,
): string {
  const input = new ByteInput(WINDOW_BYTES);
  const tally = new Tally();
  const { reading, found } = begin(input, tally);
  let seen = "";
  let at = 0;
  try {
    for (const what of reading) {
      if (what === FOUND) {
        seen += `${found()};`;
        continue;
      }
      must(input.left < input.wanted, "more is asked for than is needed");
      const space = input.space();
      must(space.length > 0, "there is no space for more");
      const count = Math.min(step, space.length, bytes.length - at);
      must(count > 0 || !input.hasEnded, "more is asked for behind the end");
      space.set(bytes.subarray(at, at + count));
      input.add(count);
      if (count === 0) input.hasEnded = true;
      at += count;
    }
    seen += `end ${input.position}`;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    must(error.position <= bytes.length, `the error is at ${error.position}`);
    seen += `${error.message} ${error.position}`;
  }
  return seen + tally.json(0);
}

function agreesHoweverCut(begin: (input: ByteInput, tally: Tally) => Reader): Target["check"] {
  return (bytes) => {
    const whole = readAll(begin, bytes, Infinity);
    for (const step of [1, 7]) {
      const cut = readAll(begin, bytes, step);
      must(cut === whole, `in pieces of ${step} it is ${cut}, whole ${whole}`);
    }
  };
}

function beginRdb(input: ByteInput, tally: Tally): Reader {
  const reader = new RdbReader(input, RDB_LIMITS, tally, () => 1_700_000_000_000);
  const found = () => {
    const { database, key, kind, value, members, deadlineMs, stream } = reader;
    if (kind === "stream") return `${key.text()} ${partText(stream)}`;
    const text = kind === "string" ? value.text() : `${members.member.text()} ${members.score}`;
    const more = kind === "hash" ? `${members.value.text()} ${members.deadlineMs}` : "";
    return `${database} ${key.text()} ${kind} ${text} ${more} ${deadlineMs}`;
  };
  return { reading: reader.read(), found };
}

function partText(stream: RdbStream): string {
  const { part, ms, seq, fields, lengths, name, added, entriesRead, timeMs, deliveries } = stream;
  const counts = [part, ms, seq, added, entriesRead, timeMs, deliveries, ...lengths];
  return `${counts.join(" ")} ${fields.text()} ${name.text()}`;
}

function beginCommands(input: ByteInput, tally: Tally): Reader {
  const reader = new RespReader(input, MAX_COMMAND_BYTES, tally);
  const found = () => {
    const { name, start, end, argumentStart, argumentLength } = reader;
    const argument = argumentLength < 0
      ? "none"
      : input.bytes.subarray(argumentStart, argumentStart + argumentLength).join();
    return `${name} ${argument} ${input.bytes.subarray(start, end).join()}`;
  };
  return { reading: reader.read(), found };
}

/** The readers. */
export const READER_TARGETS: readonly Target[] = [
  {
    name: "commands of a file",
    samples: [
      "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n*1\r\n$5\r\nMULTI\r\n",
      "#TS:1700000000\r\nSELECT 3\r\n*2\r\n$6\r\nSELECT\r\n$1\r\n1\r\n",
      `*2\r\n$201\r\n${"x".repeat(201)}\r\n$1\r\nk\r\nPING\r\n`,
      `*21\r\n${"$5\r\nwords\r\n".repeat(21)}*1\r\n$4\r\nPING\r\n`,
    ],
    pieces: ["\r\n", "*", "$", "-1", "0", "#", " ", "\n", "99999999999", "*0\r\n", "$300\r\n"],
    check: agreesHoweverCut(beginCommands),
  },
  {
    name: "files of Redis",
    samples: [
      "REDIS0011\xfa\x03ver\x057.0.0\xfe\x00\xfb\x02\x01\x00\x01k\x01v\xff\0\0\0\0\0\0\0\0",
      "REDIS0003\xfc\0\0\0\0\0\x02\0\0\x00\x01k\xc1\x01\x02\x01\x01l\x02\x01a\xc0\x05\xff",
      "REDIS0004\x00\x01k\xc3\x04\x0a\x00x\xe0\x00\x00\x05\x01z\x01\x01a\x018765432\xff",
      "REDIS0002\x15\x01s\x00\x01\x05\x00\x01\x00\x04\x00\x09\x01\x01g\x05\x00\x02\x00\x00\xff",
      "REDIS0010\x10\x01h\x0d\x0d\0\0\0\x02\0\x81f\x02\x81v\x02\xff\xff\0\0\0\0\0\0\0\0",
      "REDIS0010\x12\x01l\x02\x02\x0a\x0a\0\0\0\x01\0\x81a\x02\xff\x01\x02xy\xff\0\0\0\0\0\0\0\0",
      "REDIS0004\x0b\x01s\x0a\x02\0\0\0\x01\0\0\0\x05\0\x0a\x01l\x0e\x0e\0\0\0\x0a\0\0\0\x01\0\0\x01a\xff\xff",
      "REDIS0004\x18\x01h\x01\0\0\0\0\0\0\0\x01\x05\x01f\x01v\x11\x01z\x0c\x0c\0\0\0\x02\0\x81m\x02\x05\x01\xff\xff",
      "REDIS0004" +
      "\x13\x01s\x01\x10\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x01,,\x00\x00\x00\x11\x00\x02" +
      "\x01\x00\x01\x01\x01\x81f\x02\x00\x01\x02\x01\x00\x01\x00\x01\x81v\x02\x04\x01\x00\x01\x00\x01\x01\x01\x01\x01" +
      "\x81g\x02\x0c\x01\x06\x01\xff\x02\x07\x00\x05\x01\x00\x00\x03\x01\x01g\x05\x01\x01\x01\x00\x00\x00\x00\x00\x00" +
      "\x00\x05\x00\x00\x00\x00\x00\x00\x00\x01\x09\x00\x00\x00\x00\x00\x00\x00\x02\x01\x01c\x08\x00\x00\x00\x00\x00" +
      "\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x01\xff",
      "REDIS0001\x07\x01m\x81\x01\x02\x03\x04\x05\x06\x07\x08\x02\x05\x05\x01a\x00\xf5\x03lib\xff",
    ],
    pieces: [
      "\xff",
      "\xfe",
      "\xfc",
      "\x80\0\0\0",
      "\x81",
      "\xc3",
      "\xc2",
      "\x40",
      "\x00",
      "\x13",
      "\x15",
      "\x18",
    ],
    check: agreesHoweverCut(beginRdb),
  },
];
