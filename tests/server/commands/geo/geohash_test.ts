// Places as geohashes: what is read is near what was written, whatever the place, and strange scores are places
// too. The tables of tables_geo.ts say what redis-server makes of some.

import { assert, assertEquals } from "@std/assert";
import {
  distanceBetween,
  interleaved,
  lettersOf,
  MAX_LATITUDE,
  MAX_LONGITUDE,
  placeOfScore,
  scoreOfPlace,
} from "../../../../server/commands/geo/geohash.ts";
import { areasOf } from "../../../../server/commands/geo/geo_areas.ts";
import { distanceText } from "../../../../server/commands/geo/geo_arguments.ts";
import { Random } from "../../../../bench/workload.ts";

function read(score: number): { longitude: number; latitude: number } {
  const place = { longitude: NaN, latitude: NaN };
  placeOfScore(score, place);
  return place;
}

Deno.test("placeOfScore() is within half a meter of the place that the score was made of", () => {
  const random = new Random(8);
  for (let i = 0; i < 20_000; i++) {
    const longitude = (2 * random.nextFloat() - 1) * MAX_LONGITUDE;
    const latitude = (2 * random.nextFloat() - 1) * MAX_LATITUDE;
    const score = scoreOfPlace(longitude, latitude);
    const place = read(score);
    assert(distanceBetween(longitude, latitude, place.longitude, place.latitude) < 0.5);
    assertEquals(scoreOfPlace(place.longitude, place.latitude), score);
  }
});

Deno.test("interleaved() has the bits of both in turn", () => {
  const random = new Random(9);
  for (let i = 0; i < 2000; i++) {
    const [row, column] = [random.below(2 ** 26), random.below(2 ** 26)];
    let expected = 0n;
    for (let bit = 0n; bit < 26n; bit++) {
      expected |= ((BigInt(row) >> bit) & 1n) << (2n * bit);
      expected |= ((BigInt(column) >> bit) & 1n) << (2n * bit + 1n);
    }
    assertEquals(BigInt(interleaved(row, column)), expected);
  }
});

Deno.test("placeOfScore() makes a place of any score", () => {
  for (const score of [-1, -3, 1.5, 2 ** 53, 2 ** 63, 2 ** 64, -1e20, Infinity, -Infinity]) {
    const { longitude, latitude } = read(score);
    assert(Math.abs(longitude) <= MAX_LONGITUDE && Math.abs(latitude) <= MAX_LATITUDE);
    assertEquals(lettersOf({ longitude, latitude }).length, 11);
  }
});

Deno.test("areasOf() covers a circle: no place within it is outside of all areas", () => {
  const random = new Random(10);
  for (let i = 0; i < 3000; i++) {
    const longitude = (2 * random.nextFloat() - 1) * 170;
    const latitude = (2 * random.nextFloat() - 1) * 80;
    const meters = 10 ** (6 * random.nextFloat());
    const areas = areasOf({ longitude, latitude, isBox: false, width: meters, height: meters });
    assert(areas.length >= 1 && areas.length <= 9);
    const angle = random.nextFloat() * 2 * Math.PI;
    // To the east degrees are shorter; half of the radius stays within it.
    const degrees = meters / 2 / 111_200;
    const y = latitude + degrees * Math.sin(angle);
    const x = longitude + degrees * Math.cos(angle) / Math.cos(latitude * Math.PI / 180);
    if (Math.abs(y) > MAX_LATITUDE || Math.abs(x) > MAX_LONGITUDE) continue;
    if (distanceBetween(longitude, latitude, x, y) > meters) continue;
    const score = scoreOfPlace(x, y);
    assert(areas.some(({ from, to }) => score >= from && score < to), `${x} ${y} ${meters}`);
  }
});

Deno.test("distanceText() rounds to four digits, and the middle to an even one", () => {
  const table: [number, string][] = [
    [0, "0.0000"],
    [166274.15156960033, "166274.1516"],
    [1 / 32, "0.0312"],
    [3 / 32, "0.0938"],
    [1.00005, "1.0001"],
    [0.99999, "1.0000"],
  ];
  for (const [distance, text] of table) assertEquals(distanceText(distance), text);
});
