// Reads coordinates, units and distances, and writes them as Redis does: coordinates with up to 17 digits after
// the point, distances with four. Knows no command.

import type { Args } from "../../contract/args.ts";
import type { Failure } from "../../contract/reply.ts";
import { tokenOf } from "../argument_text.ts";
import { NOT_FLOAT, refused } from "../failures.ts";
import { scoreOf } from "../sorted_sets/scores.ts";
import { isPlace, type Place } from "./geohash.ts";

const BAD_UNIT = refused("unsupported unit provided. please use M, KM, FT, MI");
/** From here on toFixed() writes an exponent. */
const MAX_FIXED = 1e21;
const SHOWN_DIGITS = 6;
const COORDINATE_DIGITS = 17;
const DISTANCE_DIGITS = 4;

/** Argument `index`, a longitude, and the latitude after it; or why they are refused. */
export function placeAt(args: Args, index: number): Place | Failure {
  const longitude = scoreOf(args, index);
  const latitude = scoreOf(args, index + 1);
  if (Number.isNaN(longitude) || Number.isNaN(latitude)) return NOT_FLOAT;
  if (isPlace(longitude, latitude)) return { longitude, latitude };
  const shown = `${fixedText(longitude)},${fixedText(latitude)}`;
  return refused(`invalid longitude,latitude pair ${shown}`);
}

/** A number as "%f" of C writes it. */
function fixedText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Math.abs(value) >= MAX_FIXED) return `${BigInt(value)}.${"0".repeat(SHOWN_DIGITS)}`;
  return Object.is(value, -0) ? "-0.000000" : value.toFixed(SHOWN_DIGITS);
}

/** How many meters the unit is that argument `index` names, or why it is refused. */
export function metersOf(args: Args, index: number): number | Failure {
  const unit = tokenOf(args, index);
  if (unit === "M") return 1;
  if (unit === "KM") return 1000;
  if (unit === "FT") return 0.3048;
  return unit === "MI" ? 1609.34 : BAD_UNIT;
}

/** A coordinate as text. */
export function coordinateText(degrees: number): string {
  const text = degrees.toFixed(COORDINATE_DIGITS).replace(/\.?0+$/, "");
  return text === "-0" ? "0" : text;
}

/** A distance as text. */
export function distanceText(distance: number): string {
  const text = distance.toFixed(DISTANCE_DIGITS);
  // What lies in the middle is rounded up there, and to an even digit in C. Such a number is a multiple of 1/32.
  const isMiddle = distance * 32 % 2 === 1;
  const last = text.charCodeAt(text.length - 1) - 0x30;
  return isMiddle && last % 2 === 1 ? text.slice(0, -1) + String(last - 1) : text;
}
