// Random meta commands of memcached's text protocol, well-formed and malformed ones; see text_requests.ts.

import type { RequestDraw } from "./text_requests.ts";

const ODD_LINES = [
  "mg\r\n",
  "mg \r\n",
  "ms a\r\n",
  "ms a x\r\n",
  "ms a -1\r\n",
  "ms a 2 b\r\nxx\r\n",
  "ms a S100\r\n",
  "md\r\n",
  "ma\r\n",
  "me\r\n",
  "me none\r\n",
  "mg a v v\r\n",
  "mg a !\r\n",
  "mg a \xe9\r\n",
  "mg a T\r\n",
  "mg a Tx\r\n",
  "mg a N\r\n",
  "mg a Rx\r\n",
  "ma a Mxx\r\n",
  "ma a M\r\n",
  "ma a MX\r\n",
  "ma a Dx\r\n",
  "ma a Jx\r\n",
  "ms a 1 MX\r\nx\r\n",
  "ms a 1 Fx\r\nx\r\n",
  "ms a 1 Cx\r\nx\r\n",
  "ms a 1 T1 T2\r\nx\r\n",
  "mn x\r\n",
  "mg YmI= b k\r\n",
  "mg YmI b k\r\n",
  "mg !! b k\r\n",
  "ms YmI= 1 b k\r\nx\r\n",
  "ms YmI 1 b k\r\nx\r\n",
  "md YmI= b k\r\n",
  "mg a v k f c t s q u O1 P2 L3 h s k f c\r\n",
  "mg a a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 a11 a12 a13 a14 a15 a16 a17 a18 a19 a20\r\n",
  "md a 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20\r\n",
  `mg a O${"x".repeat(31)}\r\n`,
  `mg a O${"x".repeat(32)}\r\n`,
  `md a O${"x".repeat(32)}\r\n`,
  `ms a 1 O${"x".repeat(32)}\r\nx\r\n`,
];
const TIMES = ["0", "100", "1000", "2591999"];

/** Some of these flags, in any order. */
function some(draw: RequestDraw, flags: readonly (() => string)[]): string {
  const count = draw.below(5);
  const found = new Map<string, string>();
  for (let i = 0; i < count; i++) {
    const flag = draw.of(flags)();
    found.set(draw.oneIn(50) ? `${flag}${i}` : flag[0]!, flag);
  }
  return [...found.values()].map((flag) => ` ${flag}`).join("");
}

function plain(...letters: readonly string[]): (() => string)[] {
  return letters.map((letter) => () => letter);
}

/** A meta command. */
export function metaRequest(draw: RequestDraw): string {
  const key = draw.key();
  const time = () => draw.of(TIMES);
  const opaque = () => `O${draw.below(1000)}`;
  const cas = () => `C${draw.cas(key)}`;
  switch (draw.below(9)) {
    case 0:
    case 1:
    case 2:
      return `mg ${key}${
        some(draw, [
          ...plain("v", "v", "k", "f", "s", "t", "h", "q", "u"),
          opaque,
          () => `T${time()}`,
          () => `N${time()}`,
          () => `R${draw.of(["0", "30", "500", "5000", "4100000000", "-1"])}`,
        ])
      }\r\n`;
    case 3:
    case 4:
    case 5: {
      const { length, block } = draw.block();
      if (Number(length) > 2 ** 20) return "mn\r\n";
      const flags = some(draw, [
        ...plain("k", "q", "I"),
        opaque,
        cas,
        () => `F${draw.number()}`,
        () => `T${time()}`,
        () => `M${draw.of(["E", "A", "P", "R", "S"])}`,
      ]);
      return `ms ${key} ${length}${flags}\r\n${block}`;
    }
    case 6:
      return `md ${key}${
        some(draw, [...plain("k", "q", "I", "I"), opaque, cas, () => `T${time()}`])
      }\r\n`;
    case 7: {
      const number = draw.of(["cnt", "cnt", draw.key()]);
      const by = number === "cnt" ? [() => `D${draw.below(50)}`, () => `J${draw.number()}`] : [];
      // What others than cnt hold must not become shorter; see text_requests.ts.
      const flags = some(draw, [
        ...plain("k", "q", "t", "v"),
        opaque,
        ...by,
        () => "N0",
        () => "N1000",
      ]);
      return `ma ${number}${flags}${number === "cnt" ? "" : " MX"}\r\n`;
    }
    default:
      return draw.of(ODD_LINES);
  }
}
