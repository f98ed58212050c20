// Compact forms of collections: what was written is read again, older forms too, and damaged ones end the reading
// within their bounds. And strings packed by LZF.

import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { IntsetWriter } from "../../../server/rdb/intset_writer.ts";
import { ListpackWriter } from "../../../server/rdb/listpack_writer.ts";
import { LzfPacker, unpackLzf } from "../../../server/rdb/lzf.ts";
import { PackedEntries, PackedForm } from "../../../server/rdb/packed_entries.ts";

const RUNS = { numRuns: 300, seed: 7171 };
const encoder = new TextEncoder();

/** The entries of a packed string as Latin letters, or null where it is damaged. */
function entriesOf(form: PackedForm, bytes: Uint8Array): string[] | null {
  const entries = new PackedEntries(form, bytes, bytes.length);
  const all: string[] = [];
  while (entries.next()) {
    const { start, length } = entries;
    assert(start >= 0 && start + length <= entries.bytes.length);
    all.push(String.fromCharCode(...entries.bytes.subarray(start, start + length)));
  }
  return entries.isDamaged ? null : all;
}

function listpack(entries: readonly Uint8Array[]): Uint8Array {
  const writer = new ListpackWriter();
  for (const entry of entries) writer.add(entry, 0, entry.length);
  writer.end();
  return writer.bytes.slice(0, writer.length);
}

/** Any bytes, and texts of integers of all sizes, which have forms of their own. */
const entry = fc.oneof(
  fc.uint8Array({ maxLength: 5000 }),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map((number) => encoder.encode(String(number))),
  fc.integer({ min: -70_000, max: 70_000 }).map((number) => encoder.encode(String(number))),
);

Deno.test("PackedEntries reads every listpack that ListpackWriter writes", () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
      const texts = entries.map((bytes) =>
        bytes.reduce((sum, b) => sum + String.fromCharCode(b), "")
      );
      assertEquals(entriesOf(PackedForm.listpack, listpack(entries)), texts);
    }),
    RUNS,
  );
});

Deno.test("PackedEntries reads every intset that IntsetWriter writes, in order", () => {
  const integers = fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), {
    minLength: 1,
  });
  fc.assert(
    fc.property(integers, fc.bigInt({ min: 0n, max: 63n }), (numbers, shift) => {
      const writer = new IntsetWriter();
      const all = numbers.map((number) => number >> shift);
      for (const number of all) {
        const text = encoder.encode(String(number));
        writer.add(text, 0, text.length);
      }
      const sorted = all.sort((a, b) => a < b ? -1 : a > b ? 1 : 0).map(String);
      assertEquals(entriesOf(PackedForm.intset, writer.end()), sorted);
    }),
    RUNS,
  );
});

/** A ziplist with an entry of each form, by hand. */
const ZIPLIST: readonly number[] = [
  ...[0, 0, 0, 0, 0, 0, 0, 0, 10, 0],
  ...[0, 0x02, 0x61, 0x62],
  ...[4, 0x40, 0x03, 0x78, 0x79, 0x7a],
  ...[6, 0x80, 0, 0, 0, 1, 0x71],
  ...[7, 0xc0, 0xd4, 0xfe],
  ...[4, 0xd0, 0x70, 0x11, 0x01, 0x00],
  ...[6, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x80],
  ...[10, 0xf0, 0x00, 0x00, 0x80],
  ...[5, 0xfe, 0xfb],
  ...[254, 3, 0, 0, 0, 0xf1],
  ...[2, 0xfd],
  0xff,
];

Deno.test("PackedEntries reads ziplists and zipmaps", () => {
  const bytes = Uint8Array.from(ZIPLIST);
  new DataView(bytes.buffer).setUint32(0, bytes.length, true);
  const expected = [
    "ab",
    "xyz",
    "q",
    "-300",
    "70000",
    "-9223372036854775808",
    "-8388608",
    "-5",
    "0",
  ];
  assertEquals(entriesOf(PackedForm.ziplist, bytes), [...expected, "12"]);
  const long = Array<number>(300).fill(0x7a);
  const zipmap = [
    2,
    1,
    0x61,
    2,
    1,
    0x62,
    0x63,
    0,
    1,
    0x6b,
    254,
    44,
    1,
    0,
    0,
    3,
    ...long,
    0,
    0,
    0,
    255,
  ];
  const found = entriesOf(PackedForm.zipmap, Uint8Array.from(zipmap));
  assertEquals(found, ["a", "bc", "k", "z".repeat(300)]);
});

Deno.test("PackedEntries stays within its bounds, and ends, whatever it is given", () => {
  const forms = fc.constantFrom(...Object.values(PackedForm));
  fc.assert(
    fc.property(forms, fc.uint8Array({ maxLength: 80 }), fc.boolean(), (form, bytes, hasHead) => {
      if (hasHead && bytes.length >= 4) {
        new DataView(bytes.buffer, bytes.byteOffset).setUint32(0, bytes.length, true);
      }
      entriesOf(form, bytes);
    }),
    { numRuns: 3000, seed: 7171 },
  );
  const whole = listpack(["a", "-5", "70000", "x".repeat(70)].map((text) => encoder.encode(text)));
  for (let at = 0; at < whole.length; at++) {
    for (let byte = 0; byte < 256; byte++) {
      const damaged = whole.slice();
      damaged[at] = byte;
      entriesOf(PackedForm.listpack, damaged);
    }
    assertEquals(entriesOf(PackedForm.listpack, whole.slice(0, at)), null);
  }
});

Deno.test("LzfPacker packs what unpackLzf() unpacks, within its space", () => {
  const packer = new LzfPacker();
  // Few letters, so that there is something to pack.
  const text = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3000 });
  fc.assert(
    fc.property(
      text,
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 0, max: 9 }),
      (letters, less, start) => {
        const from = Uint8Array.from(letters);
        const length = Math.max(0, from.length - start);
        const most = Math.max(0, length - less);
        const to = new Uint8Array(most + 20).fill(77);
        const packed = packer.pack(from, start, length, to, 3, most);
        assert(packed <= most);
        // What it has given up on may lie a little behind its space, and nothing after that.
        assertEquals(
          [...to.subarray(0, 3), ...to.subarray(3 + most + 3)].every((b) => b === 77),
          true,
        );
        if (packed === 0) return;
        const back = new Uint8Array(length);
        assert(unpackLzf(to, 3, 3 + packed, back, length));
        assertEquals(back, from.slice(start));
      },
    ),
    { numRuns: 1000, seed: 7171 },
  );
});
