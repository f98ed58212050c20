// Finds the members of a sorted set that are within a circle or a box, and puts them in order. How many may be
// looked at is bounded, since the set's shard is locked meanwhile.

import type { SortedSetView } from "../../../cache/mod.ts";
import type { Failure } from "../../contract/reply.ts";
import { refused } from "../failures.ts";
import { ascendingPlaces } from "../sorted_sets/number_order.ts";
import { ScoredMembers } from "../sorted_sets/scored_members.ts";
import { type Area, areasOf, type Shape } from "./geo_areas.ts";
import { distanceBetween, EARTH_RADIUS, Middle, placeOfScore } from "./geohash.ts";
import type { SearchOptions } from "./search_options.ts";

/** Most members that one command may look at: about 200 ns each. */
const MAX_LOOKED = 10_000;
/** Meters to a degree of latitude, and a little more for what is lost in rounding. */
const DEGREE_METERS = EARTH_RADIUS * Math.PI / 180;
const MARGIN = 1.000001;

/** The refusal of more members than {@linkcode MAX_LOOKED}. */
export const TOO_MANY_PLACES: Failure = refused(
  `too many places in and around what is searched: at most ${MAX_LOOKED}, ask for a smaller radius or box`,
);

/** The places that were found. */
export class FoundPlaces {
  /** Members and their scores. */
  members: ScoredMembers = new ScoredMembers(0);
  /** Meters to each of them. */
  distances: Float64Array = new Float64Array(0);
  /** Whether more had to be looked at than may be. What was found means nothing then. */
  isTooMuch = false;
  readonly #shape: Shape;
  readonly #middle: Middle;
  readonly #place = { longitude: 0, latitude: 0 };
  /** The search ends when so many are found; 0: it goes to the end. */
  readonly #most: number;
  #looked = 0;

  /** How many members were looked at. */
  get looked(): number {
    return this.#looked;
  }

  /** Searches what the options say around `place`, in an open set. */
  constructor(
    view: SortedSetView,
    { place, isBox, width, height, unit, count, isAny }: SearchOptions,
  ) {
    const half = isBox ? unit / 2 : unit;
    this.#shape = { ...place!, isBox, width: width * half, height: height * half };
    this.#middle = new Middle(place!);
    this.#most = isAny ? count : 0;
    const areas = areasOf(this.#shape).map((area) => placesIn(view, area));
    const total = areas.reduce((sum, { count }) => sum + count, 0);
    const mayBeMany = this.#most > 0;
    if (total > MAX_LOOKED && !mayBeMany) {
      this.isTooMuch = true;
      return;
    }
    const size = Math.min(total, mayBeMany ? this.#most : total, MAX_LOOKED);
    this.members = new ScoredMembers(size);
    this.distances = new Float64Array(size);
    for (const { first, count } of areas) this.#search(view, first, count);
  }

  get #isEnough(): boolean {
    return this.isTooMuch || this.#most > 0 && this.members.count >= this.#most;
  }

  /** Looks at `count` members from place `first` on. */
  #search(view: SortedSetView, first: number, count: number): void {
    if (count === 0 || this.#isEnough) return;
    view.seek(first);
    for (let i = 0; i < count && !this.#isEnough; i++, view.next()) {
      if (++this.#looked > MAX_LOOKED) {
        this.isTooMuch = true;
        return;
      }
      const { score } = view;
      placeOfScore(score, this.#place);
      const meters = this.#distance();
      if (meters < 0) continue;
      this.distances[this.members.count] = meters;
      this.members.add(view, score);
    }
  }

  /** Meters to the place that is looked at, or -1 where it is not within the shape. */
  #distance(): number {
    const { longitude, latitude, isBox, width, height } = this.#shape;
    const { longitude: x, latitude: y } = this.#place;
    // Nothing is nearer than its latitude: most that lies outside needs no sine.
    if (Math.abs(y - latitude) * DEGREE_METERS > height * MARGIN) return -1;
    if (isBox) {
      if (distanceBetween(x, y, longitude, y) > width) return -1;
      if (distanceBetween(x, y, x, latitude) > height) return -1;
    }
    const meters = this.#middle.distanceTo(x, y);
    return !isBox && meters > width ? -1 : meters;
  }

  /** The numbers of at most `count` places (0: all) in an order. */
  inOrder(order: SearchOptions["order"], count: number): Int32Array {
    const numbers = order === "none"
      ? Int32Array.from({ length: this.members.count }, (_, i) => i)
      : ascendingPlaces(this.#keys(order === "desc"));
    return count === 0 ? numbers : numbers.subarray(0, count);
  }

  #keys(isReverse: boolean): Float64Array {
    const keys = this.distances.slice(0, this.members.count);
    return isReverse ? keys.map((distance) => -distance) : keys;
  }
}

function placesIn(view: SortedSetView, { from, to }: Area): { first: number; count: number } {
  const first = view.rankOfScore(from, false);
  return { first, count: view.rankOfScore(to, false) - first };
}
