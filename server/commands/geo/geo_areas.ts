// Which parts of the map have to be looked at for a circle or a box: the one with its middle, and up to eight
// around that, in the order of Redis, which is that of results that nobody has sorted.

import {
  columnOf,
  EARTH_RADIUS,
  interleaved,
  type Place,
  rowOf,
  southOf,
  STEPS,
  westOf,
} from "./geohash.ts";

/** What is searched: within a circle, or within a box whose sides go north and east. */
export interface Shape extends Place {
  readonly isBox: boolean;
  /** Meters. Of a circle both are its radius, of a box half of its sides. */
  readonly width: number;
  readonly height: number;
}

/** Half of the equator in meters, in Mercator's projection. */
const MAX_MERCATOR = 20037726.37;
const RADIANS = Math.PI / 180;
/** North and east of the middle, in the order in which the parts are searched. */
const AROUND: readonly (readonly [north: number, east: number])[] = [
  [0, 0],
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
  [1, 1],
  [1, -1],
  [-1, 1],
  [-1, -1],
];

/** Scores from `from` to below `to`. */
export interface Area {
  readonly from: number;
  readonly to: number;
}

/** How far a shape reaches, in degrees. */
interface Bounds {
  readonly south: number;
  readonly north: number;
  readonly west: number;
  readonly east: number;
}

function boundsOf({ longitude, latitude, width, height }: Shape): Bounds {
  const lat = height / EARTH_RADIUS / RADIANS;
  // Where the arcs are shorter: away from the equator.
  const edge = latitude < 0 ? latitude - lat : latitude + lat;
  const long = width / EARTH_RADIUS / Math.cos(edge * RADIANS) / RADIANS;
  return {
    south: latitude - lat,
    north: latitude + lat,
    west: longitude - long,
    east: longitude + long,
  };
}

/** In how many steps the map is divided, so that nine parts cover so many meters around a place. */
function stepsFor(meters: number, latitude: number): number {
  if (meters === 0) return STEPS;
  let steps = -1;
  for (let range = meters; range < MAX_MERCATOR; range *= 2) steps++;
  // Towards the poles the parts are smaller.
  if (Math.abs(latitude) > 66) steps--;
  if (Math.abs(latitude) > 80) steps--;
  return Math.max(1, Math.min(steps, STEPS));
}

/** Whether the parts around that of a place do not reach as far as a shape does. */
function isTooNear({ longitude, latitude }: Place, bounds: Bounds, steps: number): boolean {
  const mask = 2 ** steps - 1;
  const row = rowOf(latitude, steps);
  const column = columnOf(longitude, steps);
  return southOf(((row + 1) & mask) + 1, steps) < bounds.north ||
    southOf((row - 1) & mask, steps) > bounds.south ||
    westOf(((column + 1) & mask) + 1, steps) < bounds.east ||
    westOf((column - 1) & mask, steps) > bounds.west;
}

/** The parts of the map that have all of a shape. The source of the method: geohash_helper.c of Redis. */
export function areasOf(shape: Shape): Area[] {
  const bounds = boundsOf(shape);
  const { isBox, width, height, longitude, latitude } = shape;
  const reach = isBox ? Math.sqrt(width * width + height * height) : width;
  let steps = stepsFor(reach, latitude);
  if (steps > 1 && isTooNear(shape, bounds, steps)) steps--;
  const row = rowOf(latitude, steps);
  const column = columnOf(longitude, steps);
  const mayLeaveOut = steps >= 2;
  const needs = {
    south: !mayLeaveOut || !(southOf(row, steps) < bounds.south),
    north: !mayLeaveOut || !(southOf(row + 1, steps) > bounds.north),
    west: !mayLeaveOut || !(westOf(column, steps) < bounds.west),
    east: !mayLeaveOut || !(westOf(column + 1, steps) > bounds.east),
  };
  const size = 2 ** (2 * (STEPS - steps));
  const mask = 2 ** steps - 1;
  const areas: Area[] = [];
  for (const [north, east] of AROUND) {
    if (north > 0 && !needs.north || north < 0 && !needs.south) continue;
    if (east > 0 && !needs.east || east < 0 && !needs.west) continue;
    const from = size * interleaved(
      north === 0 ? row : (row + north) & mask,
      east === 0 ? column : (column + east) & mask,
    );
    // Of a large shape parts on opposite sides may be the same.
    if (areas.length > 1 && areas.at(-1)!.from === from) continue;
    areas.push({ from, to: from + size });
  }
  return areas;
}
