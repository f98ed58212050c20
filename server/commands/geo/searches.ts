// Commands that search for places: GEOSEARCH, GEOSEARCHSTORE, GEORADIUS, GEORADIUSBYMEMBER and their forms that
// only read. They differ in their arguments, and in whether they store what they find.

import { Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { answerBytes, type Failure, type Reply } from "../../contract/reply.ts";
import { ANSWER_TOO_LARGE } from "../failures.ts";
import { deleteItem, openView } from "../items.ts";
import { storeMembers } from "../sorted_sets/store_members.ts";
import { FoundPlaces, TOO_MANY_PLACES } from "./found_places.ts";
import { distanceText } from "./geo_arguments.ts";
import { type Place, placeOfScore } from "./geohash.ts";
import { answerPlace } from "./places.ts";
import { type SearchKind, type SearchOptions, SearchReader } from "./search_options.ts";

/** Most bytes that a place takes in an answer besides its name. */
const FRAME_BYTES = 16;
const DETAIL_BYTES = 160;
/** What a look counts in a transaction, where bytes that are copied are bounded. */
const LOOK_BYTES = 128;

/** GEOSEARCH key FROMMEMBER member | FROMLONLAT long lat BYRADIUS radius unit | BYBOX width height unit [options]. */
export function geosearch(context: CommandContext, args: Args, reply: Reply): void {
  new Search(context, args, reply, "search", 0).run((reader) => reader.readOptions(1, "GEOSEARCH"));
}

/** GEOSEARCHSTORE destination key and the same, with STOREDIST. */
export function geosearchstore(context: CommandContext, args: Args, reply: Reply): void {
  const search = new Search(context, args, reply, "searchStore", 1);
  search.run((reader) => reader.readOptions(2, "GEOSEARCHSTORE"));
}

/** GEORADIUS key longitude latitude radius unit [options] [STORE key | STOREDIST key]. */
export function georadius(context: CommandContext, args: Args, reply: Reply): void {
  aroundPlace(new Search(context, args, reply, "radius", 0));
}

/** GEORADIUS_RO key longitude latitude radius unit [options]. */
export function georadiusRo(context: CommandContext, args: Args, reply: Reply): void {
  aroundPlace(new Search(context, args, reply, "radiusRead", 0));
}

/** GEORADIUSBYMEMBER key member radius unit [options] [STORE key | STOREDIST key]. */
export function georadiusbymember(context: CommandContext, args: Args, reply: Reply): void {
  aroundMember(new Search(context, args, reply, "radius", 0));
}

/** GEORADIUSBYMEMBER_RO key member radius unit [options]. */
export function georadiusbymemberRo(context: CommandContext, args: Args, reply: Reply): void {
  aroundMember(new Search(context, args, reply, "radiusRead", 0));
}

function aroundPlace(search: Search): void {
  search.run((reader) =>
    reader.readPlace(1) ?? reader.readRadius(3) ?? reader.readOptions(5, "GEORADIUS")
  );
}

function aroundMember(search: Search): void {
  search.run((reader) => {
    const found = reader.readMember(1);
    if (typeof found !== "boolean") return found;
    // As in Redis, the radius is not looked at where there is no set.
    const problem = found ? reader.readRadius(2) : null;
    return problem ?? reader.readOptions(4, "GEORADIUSBYMEMBER");
  });
}

/** One call of such a command. */
class Search {
  readonly #context: CommandContext;
  readonly #args: Args;
  readonly #reply: Reply;
  readonly #kind: SearchKind;
  /** The number of the key that is searched, which is the argument of that number too. */
  readonly #key: number;
  #isThere = false;

  constructor(context: CommandContext, args: Args, reply: Reply, kind: SearchKind, key: number) {
    this.#context = context;
    this.#args = args;
    this.#reply = reply;
    this.#kind = kind;
    this.#key = key;
  }

  /** Opens the set, has `read` read the arguments, searches, and answers or stores. */
  run(read: (reader: SearchReader) => Failure | null): void {
    const view = this.#context.views.sortedSet;
    const key = this.#key;
    const opening = openView(this.#context, view, this.#args, key, key, this.#reply, true);
    if (opening === Opening.wrongType) return;
    this.#isThere = opening === Opening.found;
    const reader = new SearchReader(this.#args, this.#kind, (index) => this.#placeOf(index));
    const problem = read(reader);
    if (problem !== null) return this.#reply.fail(problem);
    const { options } = reader;
    if (this.#kind === "searchStore") options.storeAt = 0;
    if (!this.#isThere) return this.#answerNothing(options);
    const found = new FoundPlaces(view, options);
    this.#context.copiedBytes += found.looked * LOOK_BYTES;
    if (found.isTooMuch) return this.#reply.fail(TOO_MANY_PLACES);
    const isSorted = options.order !== "none" || options.count === 0 || options.isAny;
    const numbers = found.inOrder(isSorted ? options.order : "asc", options.count);
    if (options.storeAt >= 0) this.#store(found, numbers, options);
    else this.#answer(found, numbers, options);
  }

  #placeOf(index: number): Place | null | undefined {
    if (!this.#isThere) return null;
    const view = this.#context.views.sortedSet;
    const { bytes, starts, lengths } = this.#args;
    if (!view.find(bytes, starts[index]!, lengths[index]!)) return undefined;
    const place = { longitude: 0, latitude: 0 };
    placeOfScore(view.score, place);
    return place;
  }

  #answerNothing({ storeAt }: SearchOptions): void {
    if (storeAt < 0) return this.#reply.array(0);
    deleteItem(this.#context, this.#args, this.#storeKey, storeAt);
    this.#reply.integer(0);
  }

  /** The number of the key that is stored. */
  get #storeKey(): number {
    return this.#kind === "searchStore" ? 0 : 1;
  }

  #store({ members, distances }: FoundPlaces, numbers: Int32Array, options: SearchOptions): void {
    if (options.storesDistance) {
      for (const i of numbers) members.scores[i] = distances[i]! / options.unit;
    }
    const { storeAt } = options;
    storeMembers(this.#context, this.#args, this.#storeKey, storeAt, members, numbers, this.#reply);
  }

  #answer({ members, distances }: FoundPlaces, numbers: Int32Array, options: SearchOptions): void {
    const { hasDistance, hasHash, hasPlace, unit } = options;
    const reply = this.#reply;
    const details = Number(hasDistance) + Number(hasHash) + Number(hasPlace);
    const overhead = FRAME_BYTES + (details > 0 ? DETAIL_BYTES : 0);
    const total = members.bytesOf(numbers) + numbers.length * overhead;
    if (total > reply.bytesLeft) return reply.fail(ANSWER_TOO_LARGE);
    const place = { longitude: 0, latitude: 0 };
    reply.array(numbers.length);
    for (const i of numbers) {
      if (details > 0) reply.array(1 + details);
      answerBytes(members.bytes, members.starts[i]!, members.lengths[i]!, reply);
      const score = members.scores[i]!;
      if (hasDistance) reply.text(distanceText(distances[i]! / unit));
      if (hasHash) reply.integer(Math.trunc(score));
      if (!hasPlace) continue;
      placeOfScore(score, place);
      answerPlace(place, reply);
    }
  }
}
