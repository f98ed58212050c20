// The arguments of GEOSEARCH, GEORADIUS and their forms: what is searched, in which order, how much of it, and what
// is answered of each place. Knows no set; where a member is, it asks.

import type { Args } from "../../contract/args.ts";
import type { Failure } from "../../contract/reply.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { NOT_INTEGER, refused, SYNTAX } from "../failures.ts";
import { scoreOf } from "../sorted_sets/scores.ts";
import { metersOf, placeAt } from "./geo_arguments.ts";
import type { Place } from "./geohash.ts";

const NO_MEMBER = refused("could not decode requested zset member");
const COUNT_NOT_POSITIVE = refused("COUNT must be > 0");
const ANY_WITHOUT_COUNT = refused("the ANY argument requires COUNT argument");
const NOT_RADIUS = refused("need numeric radius");
const NEGATIVE_RADIUS = refused("radius cannot be negative");
const NOT_WIDTH = refused("need numeric width");
const NOT_HEIGHT = refused("need numeric height");
const NEGATIVE_SIDE = refused("height or width cannot be negative");

/** Which of the commands it is. */
export type SearchKind = "search" | "searchStore" | "radius" | "radiusRead";

/** What a command asks for. */
export class SearchOptions {
  /** What is searched around; null: around a member of a set that is not there. */
  place: Place | null = null;
  isBox = false;
  /** In units: the radius, or both sides of the box. */
  width = 0;
  height = 0;
  /** Meters of the unit. */
  unit = 1;
  order: "none" | "asc" | "desc" = "none";
  /** Most places; 0: all. */
  count = 0;
  /** Whether any places will do, not the nearest. */
  isAny = false;
  hasDistance = false;
  hasHash = false;
  hasPlace = false;
  /** Index of the argument that is the key to store under, or -1. */
  storeAt = -1;
  /** Whether distances are stored in the place of geohashes. */
  storesDistance = false;
}

/** Where a member is: null where the set is not there, undefined where the member is not. */
export type FindPlace = (index: number) => Place | null | undefined;

/** Reads the arguments of one command. */
export class SearchReader {
  readonly options: SearchOptions = new SearchOptions();
  readonly #args: Args;
  readonly #kind: SearchKind;
  readonly #find: FindPlace;
  #hasMember = false;
  #hasPlace = false;
  #hasRadius = false;
  /** The argument that is looked at. */
  #at = 0;

  constructor(args: Args, kind: SearchKind, find: FindPlace) {
    this.#args = args;
    this.#kind = kind;
    this.#find = find;
  }

  /** Reads what is searched around: a member, argument `at`. Returns whether its set is there, or a failure. */
  readMember(at: number): boolean | Failure {
    const place = this.#find(at);
    if (place === undefined) return NO_MEMBER;
    this.options.place = place;
    return place !== null;
  }

  /** The same for longitude and latitude. */
  readPlace(at: number): Failure | null {
    const place = placeAt(this.#args, at);
    if ("code" in place) return place;
    this.options.place = place;
    return null;
  }

  /** Reads a radius and its unit. */
  readRadius(at: number): Failure | null {
    const radius = scoreOf(this.#args, at);
    if (Number.isNaN(radius)) return NOT_RADIUS;
    if (radius < 0) return NEGATIVE_RADIUS;
    return this.#setSize(false, radius, radius, at + 1);
  }

  #readBox(at: number): Failure | null {
    const width = scoreOf(this.#args, at);
    if (Number.isNaN(width)) return NOT_WIDTH;
    const height = scoreOf(this.#args, at + 1);
    if (Number.isNaN(height)) return NOT_HEIGHT;
    if (width < 0 || height < 0) return NEGATIVE_SIDE;
    return this.#setSize(true, width, height, at + 2);
  }

  #setSize(isBox: boolean, width: number, height: number, unitAt: number): Failure | null {
    const unit = metersOf(this.#args, unitAt);
    if (typeof unit !== "number") return unit;
    Object.assign(this.options, { isBox, width, height, unit });
    return null;
  }

  /** Reads the options from argument `from` on. `name` is that of the command. */
  readOptions(from: number, name: string): Failure | null {
    for (this.#at = from; this.#at < this.#args.count; this.#at++) {
      const token = tokenOf(this.#args, this.#at);
      const problem = this.#isWord(token) ? null : this.#readWithValue(token);
      if (problem !== null) return problem;
    }
    return this.#problem(name);
  }

  /** Reads an option of one word. */
  #isWord(token: string): boolean {
    const { options } = this;
    if (token === "WITHDIST") options.hasDistance = true;
    else if (token === "WITHHASH") options.hasHash = true;
    else if (token === "WITHCOORD") options.hasPlace = true;
    else if (token === "ANY") options.isAny = true;
    else if (token === "ASC") options.order = "asc";
    else if (token === "DESC") options.order = "desc";
    else if (token === "STOREDIST" && this.#kind === "searchStore") options.storesDistance = true;
    else return false;
    return true;
  }

  /** Reads an option with what follows it, and passes over that. */
  #readWithValue(token: string): Failure | null {
    const at = this.#at + 1;
    const left = this.#args.count - at;
    if (token === "COUNT" && left >= 1) return this.#readCount(at);
    if (this.#kind === "radius" && left >= 1 && (token === "STORE" || token === "STOREDIST")) {
      this.options.storeAt = at;
      this.options.storesDistance = token === "STOREDIST";
      return this.#passed(1, null);
    }
    if (this.#kind === "radius" || this.#kind === "radiusRead") return SYNTAX;
    if (token === "FROMMEMBER" && left >= 1 && !this.#hasPlace) {
      this.#hasMember = true;
      const found = this.readMember(at);
      return this.#passed(1, typeof found === "boolean" ? null : found);
    }
    if (token === "FROMLONLAT" && left >= 2 && !this.#hasMember) {
      this.#hasPlace = true;
      return this.#passed(2, this.readPlace(at));
    }
    const isFirst = !this.#hasRadius || this.options.isBox === (token === "BYBOX");
    if (token === "BYRADIUS" && left >= 2 && isFirst) {
      this.#hasRadius = true;
      return this.#passed(2, this.readRadius(at));
    }
    if (token === "BYBOX" && left >= 3 && isFirst) {
      this.#hasRadius = true;
      return this.#passed(3, this.#readBox(at));
    }
    return SYNTAX;
  }

  #passed(count: number, failure: Failure | null): Failure | null {
    this.#at += count;
    return failure;
  }

  #readCount(at: number): Failure | null {
    const count = integerOf(this.#args, at);
    if (count === undefined) return NOT_INTEGER;
    if (count <= 0) return COUNT_NOT_POSITIVE;
    this.options.count = Number(count);
    return this.#passed(1, null);
  }

  /** Why the options cannot go together, or null. */
  #problem(name: string): Failure | null {
    const { options } = this;
    const stores = options.storeAt >= 0 || this.#kind === "searchStore";
    if (stores && (options.hasDistance || options.hasHash || options.hasPlace)) {
      const what = this.#kind === "radius" ? "STORE option in GEORADIUS" : "GEOSEARCHSTORE";
      return refused(`${what} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`);
    }
    if (this.#kind === "search" || this.#kind === "searchStore") {
      const from = "exactly one of FROMMEMBER or FROMLONLAT can be specified for";
      if (!this.#hasMember && !this.#hasPlace) return refused(`${from} ${name}`);
      const by = "exactly one of BYRADIUS and BYBOX can be specified for";
      if (!this.#hasRadius) return refused(`${by} ${name}`);
    }
    return options.isAny && options.count === 0 ? ANY_WITHOUT_COUNT : null;
  }
}
