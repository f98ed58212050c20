// What commands on members share: arguments of scans and draws, draws without repetition, and answers that
// are refused before they begin. A plain list stands in for a collection.

import { assert, assertEquals } from "@std/assert";
import { RespReply } from "../../../../server/codecs/resp_reply.ts";
import { ANSWER_TOO_LARGE } from "../../../../server/commands/failures.ts";
import { Glob } from "../../../../server/contract/keys/glob.ts";
import { answerScan } from "../../../../server/commands/members/member_scan.ts";
import {
  answerRandomMembers,
  drawOptionsOf,
  randomPlaces,
} from "../../../../server/commands/members/random_members.ts";
import { scanOptionsOf } from "../../../../server/commands/members/scan_arguments.ts";
import {
  MAX_MEMBERS_AT_ONCE,
  mayAnswerMembers,
  TOO_MANY_MEMBERS,
} from "../../../../server/commands/members/whole_answers.ts";
import { Args } from "../../../../server/contract/args.ts";
import type { Failure } from "../../../../server/contract/reply.ts";
import { contextOf, newCache } from "../../fixture.ts";
import { readAnswer } from "../notation.ts";

function argsOf(line: string): Args {
  const args = new Args();
  for (const word of line.split(" ")) args.pushText(word);
  return args;
}

const context = contextOf(newCache());

/** Members of a list, each `width` digits long, with a cursor that is the place of the next. */
class ListedMembers {
  at = 0;
  constructor(readonly count: number, readonly memberBytes: number) {}

  get byteBound(): number {
    return this.count * this.memberBytes;
  }

  seek(index: number): boolean {
    this.at = index;
    return index < this.count;
  }

  next(): boolean {
    return this.seek(this.at + 1);
  }

  readMember(to: Uint8Array, at: number): void {
    to.set(new TextEncoder().encode(String(this.at).padStart(this.memberBytes, "0")), at);
  }

  scan(cursor: number, most: number, visit: () => void): number {
    const end = Math.min(cursor + most, this.count);
    for (this.at = cursor; this.at < end; this.at++) visit();
    return end === this.count ? 0 : end;
  }
}

/** What `answer` puts on a reply, with all refusals. */
function answerOf(answer: (reply: RespReply) => void): string {
  const reply = new RespReply();
  reply.begin();
  answer(reply);
  const { bytes, used } = reply;
  return readAnswer(bytes.subarray(0, used), 0)!.text;
}

function shown(options: object): unknown {
  if ("message" in options) return options.message;
  return { ...options, glob: "glob" in options && options.glob !== null };
}

Deno.test("scanOptionsOf() reads options as Redis does", () => {
  const plain = { glob: false, count: 10, typeAt: 0, hasNoValues: false };
  const integer = "value is not an integer or out of range";
  const table: [line: string, own: "TYPE" | "NOVALUES" | "", expected: unknown][] = [
    ["0", "", plain],
    ["0 COUNT 5", "", { ...plain, count: 5 }],
    ["0 count 5 MATCH a* COUNT 7", "", { ...plain, count: 7, glob: true }],
    ["0 MATCH *", "", plain],
    ["0 COUNT 0", "", "syntax error"],
    ["0 COUNT x", "", integer],
    ["0 COUNT", "", "syntax error"],
    ["0 FOO 1", "", "syntax error"],
    ["0 TYPE hash", "", "syntax error"],
    ["0 TYPE hash", "TYPE", { ...plain, typeAt: 2 }],
    ["0 NOVALUES", "TYPE", "syntax error"],
    ["0 NOVALUES COUNT 3", "NOVALUES", { ...plain, count: 3, hasNoValues: true }],
    ["0 COUNT 3 novalues", "NOVALUES", { ...plain, count: 3, hasNoValues: true }],
    ["0 COUNT x FOO", "", integer],
  ];
  for (const [line, own, expected] of table) {
    assertEquals(shown(scanOptionsOf(argsOf(line), 1, own)), expected, line);
  }
});

Deno.test("drawOptionsOf() reads a count and a word, and refuses what Redis refuses", () => {
  const least = "-9223372036854775808";
  const between = "value is out of range, value must between " +
    "-9223372036854775807 and 9223372036854775807";
  const table: [line: string, word: string, expected: string | [number, boolean]][] = [
    ["3", "", [3, false]],
    ["-3 withvalues", "WITHVALUES", [-3, true]],
    ["3 WITHSCORES", "WITHVALUES", "syntax error"],
    ["3 WITHVALUES 1", "WITHVALUES", "syntax error"],
    ["x FOO", "WITHVALUES", "value is not an integer or out of range"],
    [least, "", between],
    ["9223372036854775807", "", [2 ** 63, false]],
    ["4611686018427387904 WITHVALUES", "WITHVALUES", "value is out of range"],
    ["-4611686018427387904 WITHVALUES", "WITHVALUES", "value is out of range"],
    ["4611686018427387903 WITHVALUES", "WITHVALUES", [2 ** 62, true]],
  ];
  for (const [line, word, expected] of table) {
    const found = drawOptionsOf(argsOf(line), 0, word);
    const text = "message" in found ? found.message : [found.count, found.hasPairs];
    assertEquals(text, expected, line);
  }
});

Deno.test("randomPlaces() draws each place once, all of them with the same chance", () => {
  const hits = new Int32Array(10);
  for (let round = 0; round < 4000; round++) {
    const places = randomPlaces(3, 10);
    assertEquals(places.length, 3);
    for (let i = 0; i < 3; i++) {
      assert(i === 0 || places[i]! > places[i - 1]!);
      hits[places[i]!]!++;
    }
  }
  // 1,200 are expected of each, with a deviation of 29: nine of those are never seen.
  for (const count of hits) assert(Math.abs(count - 1200) < 260, String(hits));
});

Deno.test("answerRandomMembers() answers different members, or so many that may repeat", () => {
  for (const [total, wanted] of [[10, 3], [10, 10], [10, 99], [1000, 5], [1000, 900]] as const) {
    const text = answerOf((reply) =>
      answerRandomMembers(context, new ListedMembers(total, 4), wanted, null, reply)
    );
    const found: string[] = JSON.parse(text);
    assertEquals(new Set(found).size, Math.min(total, wanted));
    assertEquals(found.length, Math.min(total, wanted));
    assert(found.every((member) => Number(member) < total));
  }
  const repeated = answerOf((reply) =>
    answerRandomMembers(context, new ListedMembers(3, 4), -50, null, reply)
  );
  assertEquals(JSON.parse(repeated).length, 50);
});

Deno.test("answerRandomMembers() puts pairs flat or nested", () => {
  const members = new ListedMembers(1, 2);
  const add = (list: { add(bytes: Uint8Array, start: number, length: number): void }) =>
    list.add(new TextEncoder().encode("v"), 0, 1);
  const flat = answerOf((reply) => answerRandomMembers(context, members, -2, add, reply));
  assertEquals(flat, '["00", "v", "00", "v"]');
  const newer = contextOf(newCache());
  newer.session.protocol = 3;
  const nested = answerOf((reply) => answerRandomMembers(newer, members, -2, add, reply));
  assertEquals(nested, '[["00", "v"], ["00", "v"]]');
});

Deno.test("members that are too many, or too long together, are refused as a whole", () => {
  const long = new ListedMembers(100, 100_000);
  const tooLarge = `-ERR ${ANSWER_TOO_LARGE.message}`;
  const drawn = (reply: RespReply) => answerRandomMembers(context, long, -100, null, reply);
  assertEquals(answerOf(drawn), tooLarge);
  const walked = (reply: RespReply) => answerRandomMembers(context, long, 100, null, reply);
  assertEquals(answerOf(walked), tooLarge);
  const many = new ListedMembers(MAX_MEMBERS_AT_ONCE + 1, 8);
  const tooMany =
    "-ERR too many random members at once: at most 10000 where they may repeat, are a small part, or " +
    "there are more than 100000, so ask for fewer";
  const all = (reply: RespReply) => answerRandomMembers(context, many, many.count, null, reply);
  assertEquals(answerOf(all), tooMany);
  const more = (reply: RespReply) => answerRandomMembers(context, many, 10_001, null, reply);
  assertEquals(answerOf(more), tooMany);
  const some = answerOf((reply) => answerRandomMembers(context, many, 10_000, null, reply));
  assertEquals(JSON.parse(some).length, 10_000);
  const failures: Failure[] = [];
  const reply = new RespReply();
  reply.failures = { failed: (failure) => void failures.push(failure) };
  assertEquals(mayAnswerMembers(many, 0, many.count, "member", reply), false);
  assertEquals(mayAnswerMembers(long, 0, 100, "member", reply), false);
  assertEquals(mayAnswerMembers(long, 2, 50, "member", reply), true);
  assertEquals(long.at, 2);
  assertEquals(failures, [TOO_MANY_MEMBERS, ANSWER_TOO_LARGE]);
});

Deno.test("answerScan() goes over all members once, whatever its count, and stops early at large ones", () => {
  for (const [count, width] of [[1, 4], [10, 4], [1000, 4], [10, 500_000], [20_000, 4]] as const) {
    const members = new ListedMembers(width > 4 ? 30 : 300, width);
    const seen: string[] = [];
    let cursor = 0;
    do {
      const text = answerOf((reply) => {
        const options = { glob: null, count, typeAt: 0, hasNoValues: false };
        answerScan(context, members, cursor, options, null, reply);
      });
      const [next, list] = JSON.parse(text);
      cursor = Number(next);
      seen.push(...list);
    } while (cursor !== 0);
    assertEquals(seen.map(Number), Array.from({ length: members.count }, (_, i) => i));
  }
});

Deno.test("draws and scans count in a transaction by what they have looked at, whatever they answer", () => {
  const own = contextOf(newCache());
  const members = new ListedMembers(1000, 4);
  answerOf((reply) => answerRandomMembers(own, members, -1000, null, reply));
  const drawn = own.copiedBytes;
  assert(drawn >= 1000 * 100, String(drawn));
  const options = { glob: new Glob(new TextEncoder().encode("x")), count: 1000, typeAt: 0 };
  const all = { ...options, hasNoValues: false };
  const text = answerOf((reply) => answerScan(own, members, 0, all, null, reply));
  assertEquals(text, '["0", []]');
  assert(own.copiedBytes - drawn >= 1000 * 16, String(own.copiedBytes));
});
