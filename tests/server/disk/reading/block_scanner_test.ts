import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { BLOCK_HEADER_BYTES, BlockBuffer, BlockKind } from "../../../../server/disk/blocks.ts";
import { BlockScanner, type Damage, Found } from "../../../../server/disk/reading/block_scanner.ts";
import { payloadOf } from "../fixture.ts";

const MARK = 0x1d2c3b4a;
const OFFSET = 80;
const POSITION = 4000;

/** Blocks one behind the other. */
function bytesOf(payloads: readonly Uint8Array[], mark = MARK): Uint8Array<ArrayBuffer> {
  let position = POSITION;
  const blocks = payloads.map((payload) => {
    const block = new BlockBuffer(payload.length);
    block.payload.set(payload);
    const { length: payloadBytes } = payload;
    const facts = { payloadBytes, unsyncedBytes: 0, kind: BlockKind.log, section: 0 };
    const bytes = block.seal(mark, { position, ...facts });
    position += payloadBytes;
    return bytes;
  });
  return join(blocks);
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

interface Scanned {
  readonly payloads: Uint8Array[];
  readonly offsets: number[];
  readonly damage: Damage[];
}

/** Scans bytes that come in pieces of the given lengths, in turns. */
function scan(bytes: Uint8Array, pieces: readonly number[], chunkBytes = 64): Scanned {
  const scanner = new BlockScanner(MARK, OFFSET, POSITION, chunkBytes);
  const scanned: Scanned = { payloads: [], offsets: [], damage: [] };
  let at = 0;
  let turn = 0;
  for (;;) {
    switch (scanner.next()) {
      case Found.block:
        assertEquals(scanner.payload.byteOffset % 4, 0);
        scanned.payloads.push(scanner.payload.slice());
        scanned.offsets.push(scanner.offset);
        break;
      case Found.damage:
        scanned.damage.push(scanner.damage);
        break;
      case Found.end:
        return scanned;
      default: {
        const space = scanner.space();
        assert(space.length > 0, "there is space when more is needed");
        const length = Math.min(pieces[turn++ % pieces.length]!, space.length, bytes.length - at);
        space.set(bytes.subarray(at, at + length));
        at += length;
        if (length === 0) scanner.finish();
        else scanner.filled(length);
      }
    }
  }
}

const payloads = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 60 })).map((
    [seed, words],
  ) => payloadOf(seed, words)),
  { maxLength: 12 },
);
const pieces = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });

Deno.test("BlockScanner finds the same blocks byte by byte and in pieces of any length", () => {
  fc.assert(
    fc.property(payloads, pieces, (payloads, pieces) => {
      const bytes = bytesOf(payloads);
      for (const lengths of [[1], pieces, [1e9]]) {
        const found = scan(bytes, lengths);
        assertEquals([found.payloads, found.damage], [payloads, []]);
      }
    }),
    { seed: 1, numRuns: 100 },
  );
});

Deno.test("BlockScanner finds each whole block behind damage of any kind, and no others", () => {
  const damage = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 1, max: 200 }),
    kind: fc.constantFrom("zeros", "noise", "gone", "twice"),
  });
  fc.assert(
    fc.property(payloads, damage, pieces, (payloads, { at, length, kind }, pieces) => {
      fc.pre(payloads.length > 0);
      const whole = bytesOf(payloads);
      const from = Math.floor(at * (whole.length - 1));
      const to = Math.min(whole.length, from + length);
      const middle = whole.slice(from, to);
      if (kind === "zeros") middle.fill(0);
      if (kind === "noise") middle.forEach((byte, index) => middle[index] = ~byte);
      // Files have whole words: what is inserted or removed is a number of them.
      const word = from - from % 4;
      const words = 4 * Math.ceil((to - from) / 4);
      const bytes = kind === "gone"
        ? join([whole.subarray(0, from), whole.subarray(Math.min(whole.length, from + words))])
        : kind === "twice"
        ? join([whole.subarray(0, word), whole.subarray(Math.max(0, word - length % 64 * 4))])
        : join([whole.subarray(0, from), middle, whole.subarray(to)]);
      const found = scan(bytes, pieces);
      assertEquals(found, scan(bytes, [1]), "pieces make no difference");
      // In their order, none twice, and at most those lost that were touched.
      let next = 0;
      for (const payload of found.payloads) {
        while (next < payloads.length && !isSame(payloads[next]!, payload)) next++;
        assert(next++ < payloads.length, "a block that was never written");
      }
      let end = 0;
      const touched = payloads.filter(({ length }) => {
        const begin = end;
        end += BLOCK_HEADER_BYTES + length;
        return kind !== "twice" && end > from && begin < from + words + 4;
      });
      assert(
        found.payloads.length >= payloads.length - touched.length - (kind === "twice" ? 1 : 0),
      );
    }),
    { seed: 2, numRuns: 400 },
  );
});

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

Deno.test("BlockScanner takes no bytes of a payload for a block, even of another file", () => {
  const inner = bytesOf([payloadOf(1, 4)], MARK + 1);
  const bytes = bytesOf([payloadOf(2, 3), inner, payloadOf(3, 2)]);
  // The header of the block that holds the other one is damaged.
  bytes[BLOCK_HEADER_BYTES + 12 + 5]! ^= 1;
  const found = scan(bytes, [1e9]);
  assertEquals(found.payloads, [payloadOf(2, 3), payloadOf(3, 2)]);
  assertEquals(found.damage, [{
    offset: OFFSET + 44,
    endOffset: OFFSET + 44 + 32 + inner.length,
    position: POSITION + 12,
    nextPosition: POSITION + 12 + inner.length,
    reason: "there is no header of a block, or it is damaged",
  }]);
});

Deno.test("BlockScanner knows a block that is missing, and one that comes again", () => {
  const payloads = [payloadOf(1, 3), payloadOf(2, 5), payloadOf(3, 4)];
  const bytes = bytesOf(payloads);
  const [first, second] = [BLOCK_HEADER_BYTES + 12, BLOCK_HEADER_BYTES + 20];
  const missing = scan(join([bytes.subarray(0, first), bytes.subarray(first + second)]), [1e9]);
  assertEquals(missing.payloads, [payloads[0], payloads[2]]);
  assertEquals(missing.damage, [{
    offset: OFFSET + first,
    endOffset: OFFSET + first,
    position: POSITION + 12,
    nextPosition: POSITION + 32,
    reason: `the block is that of position ${POSITION + 32}, not of ${POSITION + 12}`,
  }]);
  const again = scan(join([bytes.subarray(0, first + second), bytes.subarray(first)]), [1e9]);
  assertEquals(again.payloads, payloads);
  assertEquals(again.damage.map(({ offset, endOffset }) => endOffset - offset), [second]);
});
