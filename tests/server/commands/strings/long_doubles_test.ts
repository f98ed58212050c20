// Numbers with a fraction as text: what is one, and that sums are those of a real redis-server.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  addLongDoubles,
  formatLongDouble,
  INFINITE,
  parseLongDouble,
} from "../../../../server/commands/strings/long_doubles.ts";
import { hasRedis, RedisServer } from "../redis_server.ts";

const encoder = new TextEncoder();

function parse(text: string) {
  const bytes = encoder.encode(text);
  return parseLongDouble(bytes, 0, bytes.length);
}

function add(a: string, b: string): string {
  const sum = addLongDoubles(parse(a)!, parse(b)!);
  return sum === INFINITE ? "infinite" : formatLongDouble(sum);
}

/** Sums that redis-server 7.0 answers on x86-64. */
const SUMS: readonly [a: string, b: string, sum: string][] = [
  ["0.1", "0.2", "0.3"],
  ["5.0e3", "2.0e2", "5200"],
  ["1", "-1", "0"],
  ["-0.5", ".25", "-0.25"],
  ["1e-17", "0", "0.00000000000000001"],
  ["4e-18", "0", "0"],
  ["5e-18", "0", "0"],
  ["6e-18", "0", "0.00000000000000001"],
  ["-4e-18", "0", "0"],
  ["+1.", "1", "2"],
  ["1e20", "1", "100000000000000000000"],
  ["18446744073709551615", "0", "18446744073709551615"],
  ["18446744073709551617", "0", "18446744073709551616"],
  ["0x10", "0x.8p1", "17"],
  ["1e4932", "-1e4932", "0"],
  ["1e-4950", "1e-4950", "0"],
  ["1.1e4932", "1.1e4932", "infinite"],
];

Deno.test("addLongDoubles() rounds to 64 bits, and text has 17 digits and no exponent", () => {
  for (const [a, b, sum] of SUMS) assertEquals(add(a, b), sum, `${a} ${b}`);
  const own = add(add("0", "0.024390243902439025"), "-0.024390243902439025");
  assertEquals(own, "0");
});

Deno.test("addLongDoubles() adds whole numbers of 63 bits exactly", () => {
  const part = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n });
  fc.assert(
    fc.property(part, part, (a, b) => assertEquals(add(`${a}`, `${b}`), `${a + b}`)),
    { numRuns: 500, seed: 7171 },
  );
});

Deno.test("parseLongDouble() refuses what is no number, or out of range", () => {
  const texts = ["", ".", "-", "abc", "1a", " 1", "1 ", "1e", "e5", "nan", "0x", "0xg", "1p3"];
  const far = [
    "1e4933",
    "1e-4960",
    "1e99999999999999999999",
    "-1e-99999999999999999999",
    "0x1p16384",
  ];
  for (const text of [...texts, ...far, "9".repeat(5000), "1".repeat(5120)]) {
    assertEquals(parse(text), undefined, text.slice(0, 30));
  }
  for (const text of ["inf", "-Infinity", "+INF"]) assertEquals(parse(text), INFINITE, text);
  assertEquals(add("0".repeat(5118) + "1", "0"), "1");
  assertEquals(add(`${"0".repeat(100)}.0e-99999999999999999999`, "1"), "1");
});

/** A number as it may be typed. */
const NUMBER = fc.tuple(
  fc.constantFrom("", "-", "+"),
  fc.oneof(
    fc.double({ noNaN: true, min: 0, maxExcluded: true }).map(String),
    fc.bigInt({ min: 0n, max: 10n ** 25n }).map(String),
    fc.tuple(fc.nat(99), fc.bigInt({ min: 0n, max: 10n ** 24n })).map(([a, b]) => `${a}.${b}`),
    fc.tuple(fc.nat(9999), fc.integer({ min: -5100, max: 5100 })).map(([a, b]) => `${a}e${b}`),
    fc.tuple(fc.nat(9999), fc.integer({ min: -30, max: 30 })).map(([a, b]) => `.${a}E${b}`),
    fc.tuple(fc.nat(2 ** 31 - 1), fc.integer({ min: -90, max: 90 }))
      .map(([a, b]) => `0x${a.toString(16)}p${b}`),
  ),
).map((parts) => parts.join(""));

Deno.test({
  name: "INCRBYFLOAT's sums are those of redis-server, in random walks of 3,000 steps",
  ignore: Deno.build.arch !== "x86_64" || !await hasRedis(),
  fn: async () => {
    await using redis = await RedisServer.start();
    for (const [a, b, sum] of SUMS) {
      await redis.say(`SET k ${a}`);
      const said = await redis.say(`INCRBYFLOAT k ${b}`);
      assertEquals(said, sum === "infinite" ? NOT_FINITE : JSON.stringify(sum), `${a} ${b}`);
    }
    let own = "0";
    await redis.say("SET k 0");
    for (const [i, step] of fc.sample(NUMBER, { numRuns: 3000, seed: 7171 }).entries()) {
      if (i % 7 === 0) await redis.say(`SET k ${own = "0"}`);
      const said = await redis.say(`INCRBYFLOAT k ${step}`);
      const parsed = parse(step);
      const sum = parsed === undefined ? undefined : addLongDoubles(parse(own)!, parsed);
      if (sum === undefined) assertEquals(said, "-ERR value is not a valid float", step);
      else if (sum === INFINITE) assertEquals(said, NOT_FINITE, step);
      else assertEquals(said, JSON.stringify(own = formatLongDouble(sum)), step);
    }
  },
});

const NOT_FINITE = "-ERR increment would produce NaN or Infinity";
