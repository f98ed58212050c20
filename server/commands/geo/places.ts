// Commands on places by their names: GEOADD, GEOPOS, GEODIST, GEOHASH. What they have is a sorted set, whose
// scores are geohashes.

import { Opening } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import { tokenOf } from "../argument_text.ts";
import { SYNTAX } from "../failures.ts";
import { openView } from "../items.ts";
import { addMember, AddOption, Change, openToAdd } from "../sorted_sets/changes.ts";
import { coordinateText, distanceText, metersOf, placeAt } from "./geo_arguments.ts";
import { distanceBetween, lettersOf, type Place, placeOfScore, scoreOfPlace } from "./geohash.ts";

/** GEOADD key [NX | XX] [CH] longitude latitude member [longitude latitude member ...]. */
export function geoadd(context: CommandContext, args: Args, reply: Reply): void {
  let options = 0;
  let first = 1;
  for (let option; first < args.count && (option = optionOf(args, first)) !== 0; first++) {
    options |= option;
  }
  const exclusive = AddOption.nx | AddOption.xx;
  const words = args.count - first;
  if (words === 0 || words % 3 !== 0 || (options & exclusive) === exclusive) {
    return reply.fail(SYNTAX);
  }
  const scores = new Float64Array(words / 3);
  for (let i = 0; i < scores.length; i++) {
    const place = placeAt(args, first + 3 * i);
    if ("code" in place) return reply.fail(place);
    scores[i] = scoreOfPlace(place.longitude, place.latitude);
  }
  addPlaces(context, args, first + 2, scores, options, reply);
}

function optionOf(args: Args, index: number): number {
  const token = tokenOf(args, index);
  if (token === "NX") return AddOption.nx;
  if (token === "XX") return AddOption.xx;
  return token === "CH" ? AddOption.ch : 0;
}

/** Gives members their scores: every third argument from `first` on. Answers how many are new, or were changed. */
function addPlaces(
  context: CommandContext,
  args: Args,
  first: number,
  scores: Float64Array,
  options: number,
  reply: Reply,
): void {
  const view = context.views.sortedSet;
  if (!openToAdd(context, view, args, first, 3, options, reply)) return;
  const { bytes, starts, lengths } = args;
  let added = 0;
  let updated = 0;
  for (let i = 0, at = first; i < scores.length; i++, at += 3) {
    const change = addMember(view, bytes, starts[at]!, lengths[at]!, scores[i]!, options);
    if (change === Change.added) added++;
    else updated += change;
  }
  view.close();
  reply.integer((options & AddOption.ch) !== 0 ? added + updated : added);
}

/** Calls `answer` with the place of each member that the arguments from 1 on name, or with null. */
function answerEach(
  context: CommandContext,
  args: Args,
  reply: Reply,
  answer: (place: Place | null) => void,
): void {
  const view = context.views.sortedSet;
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  const place = { longitude: 0, latitude: 0 };
  reply.array(args.count - 1);
  for (let i = 1; i < args.count; i++) {
    const isThere = opening === Opening.found &&
      view.find(args.bytes, args.starts[i]!, args.lengths[i]!);
    if (isThere) placeOfScore(view.score, place);
    answer(isThere ? place : null);
  }
}

/** GEOPOS key [member ...]: longitude and latitude of each, or a miss. */
export function geopos(context: CommandContext, args: Args, reply: Reply): void {
  answerEach(context, args, reply, (place) => {
    if (place === null) reply.missArray();
    else answerPlace(place, reply);
  });
}

/** Answers a list of longitude and latitude. */
export function answerPlace({ longitude, latitude }: Place, reply: Reply): void {
  reply.array(2);
  reply.double(longitude, coordinateText(longitude));
  reply.double(latitude, coordinateText(latitude));
}

/** GEOHASH key [member ...]: the geohash of each as eleven letters, or a miss. */
export function geohash(context: CommandContext, args: Args, reply: Reply): void {
  answerEach(context, args, reply, (place) => {
    if (place === null) reply.miss();
    else reply.text(lettersOf(place));
  });
}

/** GEODIST key member1 member2 [M | KM | FT | MI]: the distance, or a miss. */
export function geodist(context: CommandContext, args: Args, reply: Reply): void {
  const meters = args.count === 4 ? metersOf(args, 3) : 1;
  if (typeof meters !== "number") return reply.fail(meters);
  if (args.count > 4) return reply.fail(SYNTAX);
  const view = context.views.sortedSet;
  const opening = openView(context, view, args, 0, 0, reply, true);
  if (opening === Opening.wrongType) return;
  if (opening === Opening.absent) return reply.miss();
  const [from, to] = [{ longitude: 0, latitude: 0 }, { longitude: 0, latitude: 0 }];
  for (const [index, place] of [[1, from], [2, to]] as const) {
    if (!view.find(args.bytes, args.starts[index]!, args.lengths[index]!)) return reply.miss();
    placeOfScore(view.score, place);
  }
  const distance = distanceBetween(from.longitude, from.latitude, to.longitude, to.latitude);
  reply.text(distanceText(distance / meters));
}
