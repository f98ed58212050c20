// Places on earth as scores of a sorted set: a geohash of 52 bits, as Redis has it. Longitude and latitude are divided
// into 2^26 parts each, and their bits are interleaved, latitude first. Distances are those on a sphere. Knows
// no command and no set.

/** Bits of a score for each of both coordinates. */
export const STEPS = 26;
export const MAX_LONGITUDE = 180;
/** That of EPSG:900913, so that a map is a square. */
export const MAX_LATITUDE = 85.05112878;
const LATITUDES = MAX_LATITUDE + MAX_LATITUDE;
const LONGITUDES = MAX_LONGITUDE + MAX_LONGITUDE;
const PARTS = 2 ** STEPS;
const LOW_STEPS = 13;
const LOW_MASK = 2 ** LOW_STEPS - 1;
const LOW_SCORES = 2 ** (2 * LOW_STEPS);
const WORD = 2 ** 32;
const MAX_EXACT = 2 ** 53;
const MAX_SIGNED = 2 ** 63;

/** Meters: the quadratic mean radius of WGS-84. */
export const EARTH_RADIUS = 6372797.560856;
const RADIANS = Math.PI / 180;

const LETTERS = "0123456789bcdefghjkmnpqrstuvwxyz";
/** The standard form has all latitudes. */
const STANDARD_LATITUDES = 180;
const STANDARD_LETTERS = 10;

/** A place, in degrees. */
export interface Place {
  longitude: number;
  latitude: number;
}

/** Whether there may be a place with these coordinates. */
export function isPlace(longitude: number, latitude: number): boolean {
  return Math.abs(longitude) <= MAX_LONGITUDE && Math.abs(latitude) <= MAX_LATITUDE;
}

/** Which of `2 ** steps` columns from west to east a longitude is in; one more for the last longitude. */
export function columnOf(longitude: number, steps: number): number {
  return Math.floor((longitude + MAX_LONGITUDE) / LONGITUDES * 2 ** steps);
}

/** Which of `2 ** steps` rows from south to north a latitude is in; one more for the last latitude. */
export function rowOf(latitude: number, steps: number): number {
  return Math.floor((latitude + MAX_LATITUDE) / LATITUDES * 2 ** steps);
}

/** The western edge of a column. */
export function westOf(column: number, steps: number): number {
  return -MAX_LONGITUDE + column / 2 ** steps * LONGITUDES;
}

/** The southern edge of a row. */
export function southOf(row: number, steps: number): number {
  return -MAX_LATITUDE + row / 2 ** steps * LATITUDES;
}

/** The number of a row's part in a column: their bits in turn, those of the row at even places. */
export function interleaved(row: number, column: number): number {
  const low = spread(row & LOW_MASK) | (spread(column & LOW_MASK) << 1);
  const high = spread(row >> LOW_STEPS) | (spread(column >> LOW_STEPS) << 1);
  return high * LOW_SCORES + low;
}

/** Puts each of 16 bits at an even place. */
function spread(bits: number): number {
  let word = (bits | (bits << 8)) & 0x00ff00ff;
  word = (word | (word << 4)) & 0x0f0f0f0f;
  word = (word | (word << 2)) & 0x33333333;
  return (word | (word << 1)) & 0x55555555;
}

/** The 16 bits at even places. */
function gathered(bits: number): number {
  let word = bits & 0x55555555;
  word = (word | (word >>> 1)) & 0x33333333;
  word = (word | (word >>> 2)) & 0x0f0f0f0f;
  word = (word | (word >>> 4)) & 0x00ff00ff;
  return (word | (word >>> 8)) & 0xffff;
}

/** The score of a place. */
export function scoreOfPlace(longitude: number, latitude: number): number {
  return interleaved(rowOf(latitude, STEPS), columnOf(longitude, STEPS));
}

/** 64 bits of a score that is no geohash, as C on x86-64 makes them. */
function strangeBits(score: number): bigint {
  if (score >= WORD * WORD) return 0n;
  return score < -MAX_SIGNED ? BigInt(MAX_SIGNED) : BigInt.asUintN(64, BigInt(Math.trunc(score)));
}

/** Sets `place` to the middle of what a score stands for. */
export function placeOfScore(score: number, place: Place): void {
  const isUsual = score >= 0 && score < MAX_EXACT;
  const bits = isUsual ? 0n : strangeBits(score);
  const high = isUsual ? Math.floor(score / WORD) | 0 : Number(bits >> 32n) | 0;
  const low = isUsual ? Math.floor(score) % WORD | 0 : Number(bits & 0xffffffffn) | 0;
  const row = gathered(low) + gathered(high) * 0x10000;
  const column = gathered(low >>> 1) + gathered(high >>> 1) * 0x10000;
  const longitude = (westOf(column, STEPS) + westOf(column + 1, STEPS)) / 2;
  const latitude = (southOf(row, STEPS) + southOf(row + 1, STEPS)) / 2;
  place.longitude = Math.max(-MAX_LONGITUDE, Math.min(longitude, MAX_LONGITUDE));
  place.latitude = Math.max(-MAX_LATITUDE, Math.min(latitude, MAX_LATITUDE));
}

/** A place as a geohash of eleven letters (geohash.org), of which the last is always 0: 52 bits are ten letters. */
export function lettersOf({ longitude, latitude }: Place): string {
  const row = Math.floor((latitude + STANDARD_LATITUDES / 2) / STANDARD_LATITUDES * PARTS);
  let rest = interleaved(row, columnOf(longitude, STEPS));
  // Two bits are left over.
  rest = Math.floor(rest / 4);
  let text = LETTERS[0]!;
  for (let i = 0; i < STANDARD_LETTERS; i++) {
    text = LETTERS[rest % 32]! + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** A place to which distances are asked for. */
export class Middle {
  readonly #longitude: number;
  readonly #latitude: number;
  readonly #cosine: number;

  constructor({ longitude, latitude }: Place) {
    this.#longitude = longitude * RADIANS;
    this.#latitude = latitude * RADIANS;
    this.#cosine = Math.cos(this.#latitude);
  }

  /** Meters to another place, by the haversine formula. */
  distanceTo(longitude: number, latitude: number): number {
    const to = latitude * RADIANS;
    const u = Math.sin((to - this.#latitude) / 2);
    const v = Math.sin((longitude * RADIANS - this.#longitude) / 2);
    const square = u * u + this.#cosine * Math.cos(to) * v * v;
    return 2 * EARTH_RADIUS * Math.asin(Math.sqrt(square));
  }
}

/** Meters between two places. */
export function distanceBetween(
  longitude: number,
  latitude: number,
  otherLongitude: number,
  otherLatitude: number,
): number {
  return new Middle({ longitude, latitude }).distanceTo(otherLongitude, otherLatitude);
}
