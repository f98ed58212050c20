// SORT and SORT_RO: the elements of a list, set or sorted set in another order, answered or stored. Patterns that
// name other keys are refused: which keys those are is not known before this one is locked.

import { type Collection, ItemType } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import { answerBytes, type Failure, type Reply } from "../../contract/reply.ts";
import { integerOf, tokenOf } from "../argument_text.ts";
import { ANSWER_TOO_LARGE, NOT_INTEGER, refused, SYNTAX, WRONG_TYPE } from "../failures.ts";
import {
  deleteItem,
  growthProblem,
  openEmptyView,
  openView,
  peekItem,
  shardOfKey,
} from "../items.ts";
import { SortElements, type SortOrder } from "./sort_elements.ts";

/** Most elements that are sorted: others wait for the key meanwhile. */
const MAX_SORTED = 16_384;
/** About what an element takes in an answer besides its bytes. */
const ELEMENT_BYTES = 16;
/** To compare an element takes about as long as to copy so many bytes. */
const COMPARE_COST = 256;
const ASTERISK = 0x2a;

const OTHER_KEYS = refused(
  "SORT by or with values of other keys is not possible here: BY takes nosort only, and GET takes # only",
);
const TOO_MANY = refused(
  `too many elements to sort: at most ${MAX_SORTED}, or any number with BY nosort and LIMIT`,
);
const NOT_NUMBERS = refused("One or more scores can't be converted into double");

interface Options extends SortOrder {
  /** Whether the elements stay in the order that they have. */
  isUnsorted: boolean;
  limitStart: number;
  limitCount: number;
  /** Of each GET: whether it is of the element itself. */
  readonly gets: boolean[];
  /** Index of the key to store to, or -1. */
  storeAt: number;
}

/** SORT key [BY nosort] [LIMIT start count] [GET # ...] [ASC | DESC] [ALPHA] [STORE destination] */
export function sort(context: CommandContext, args: Args, reply: Reply): void {
  sortKey(context, args, reply, true);
}

/** SORT_RO, which has all of it but STORE. */
export function sortRo(context: CommandContext, args: Args, reply: Reply): void {
  sortKey(context, args, reply, false);
}

function sortKey(context: CommandContext, args: Args, reply: Reply, mayStore: boolean): void {
  const options = optionsOf(args, mayStore);
  if ("code" in options) return reply.fail(options);
  const view = openSorted(context, args, reply);
  if (view === null) return;
  if (options.isUnsorted && view === context.views.set && options.storeAt >= 0) {
    // As in Redis: what is stored must not depend on an order that nobody knows.
    options.isUnsorted = false;
    options.isAlpha = true;
  }
  const [first, count] = rangeOf(options, view.count);
  const elements = options.isUnsorted
    ? unsorted(view, view !== context.views.set && options.isDescending, first, count)
    : allOf(view);
  if (elements === null) return reply.fail(view.count > MAX_SORTED ? TOO_MANY : ANSWER_TOO_LARGE);
  context.copiedBytes += COMPARE_COST * elements.count;
  const order = options.isUnsorted ? null : elements.sorted(options);
  if (order === null && !options.isUnsorted) return reply.fail(NOT_NUMBERS);
  const chosen = order === null
    ? Uint32Array.from({ length: elements.count }, (_, i) => i)
    : order.subarray(first, first + count);
  if (options.storeAt < 0) answer(elements, chosen, options.gets, reply);
  else store(context, args, elements, chosen, options, reply);
}

function optionsOf(args: Args, mayStore: boolean): Options | Failure {
  const options: Options = {
    isAlpha: false,
    isDescending: false,
    isUnsorted: false,
    limitStart: 0,
    limitCount: -1,
    gets: [],
    storeAt: -1,
  };
  let hasOtherKeys = false;
  for (let i = 1; i < args.count; i++) {
    const token = tokenOf(args, i);
    const left = args.count - 1 - i;
    if (token === "ASC" || token === "DESC") options.isDescending = token === "DESC";
    else if (token === "ALPHA") options.isAlpha = true;
    else if (token === "LIMIT" && left >= 2) {
      const [start, count] = [integerOf(args, ++i), integerOf(args, ++i)];
      if (start === undefined || count === undefined) return NOT_INTEGER;
      options.limitStart = Math.max(0, Number(start));
      options.limitCount = Number(count);
    } else if (token === "STORE" && mayStore && left >= 1) options.storeAt = ++i;
    else if (token === "BY" && left >= 1) {
      if (isPattern(args, ++i)) hasOtherKeys = true;
      else options.isUnsorted = true;
    } else if (token === "GET" && left >= 1) {
      if (isPattern(args, ++i)) hasOtherKeys = true;
      options.gets.push(tokenOf(args, i) === "#");
    } else return SYNTAX;
  }
  return hasOtherKeys ? OTHER_KEYS : options;
}

/** Whether an argument stands for other keys. */
function isPattern(args: Args, index: number): boolean {
  const start = args.starts[index]!;
  return args.bytes.subarray(start, start + args.lengths[index]!).includes(ASTERISK);
}

/** Opens key 0, or refuses it. */
function openSorted(context: CommandContext, args: Args, reply: Reply): Collection | null {
  const { views } = context;
  const address = peekItem(context, args, 0, 0);
  const type = address === 0 ? ItemType.list : shardOfKey(context, 0).typeLocked(address);
  const view = { [ItemType.list]: views.list, [ItemType.set]: views.set }[type as number] ??
    (type === ItemType.sortedSet ? views.sortedSet : null);
  if (view === null) reply.fail(WRONG_TYPE);
  else openView(context, view, args, 0, 0, reply, true);
  return view;
}

/** Which part LIMIT means of `total` elements. */
function rangeOf(
  { limitStart, limitCount }: Options,
  total: number,
): [first: number, count: number] {
  const first = Math.min(limitStart, total);
  return [first, limitCount < 0 ? total - first : Math.min(limitCount, total - first)];
}

/** Copies `count` elements from `first` on, counted from the end where `isBackward`. Returns null where that is too much. */
function unsorted(
  view: Collection,
  isBackward: boolean,
  first: number,
  count: number,
): SortElements | null {
  const elements = new SortElements();
  if (count === 0) return elements;
  if (count > MAX_SORTED) return null;
  let more = view.seek(isBackward ? view.count - 1 - first : first);
  while (more && elements.count < count) {
    copyElement(view, elements);
    more = isBackward ? view.previous() : view.next();
  }
  return elements;
}

function allOf(view: Collection): SortElements | null {
  return view.count > MAX_SORTED ? null : unsorted(view, false, 0, view.count);
}

function copyElement(view: Collection, elements: SortElements): void {
  const at = elements.add(view.memberBytes);
  view.readMember(elements.bytes, at);
}

function answer(
  elements: SortElements,
  chosen: Uint32Array,
  gets: readonly boolean[],
  reply: Reply,
): void {
  const { bytes, starts, lengths } = elements;
  const each = Math.max(1, gets.length);
  const repeated = gets.length === 0 ? 1 : gets.filter((isElement) => isElement).length;
  let total = chosen.length * each * ELEMENT_BYTES;
  for (const index of chosen) total += repeated * lengths[index]!;
  if (total > reply.bytesLeft) return reply.fail(ANSWER_TOO_LARGE);
  reply.array(chosen.length * each);
  for (const index of chosen) {
    for (let i = 0; i < each; i++) {
      if (gets.length === 0 || gets[i]) answerBytes(bytes, starts[index]!, lengths[index]!, reply);
      else reply.miss();
    }
  }
}

/** Stores the elements as a list, and answers how many there are. */
function store(
  context: CommandContext,
  args: Args,
  elements: SortElements,
  chosen: Uint32Array,
  { gets, storeAt }: Options,
  reply: Reply,
): void {
  const { bytes, starts, lengths } = elements;
  const each = Math.max(1, gets.length);
  const count = chosen.length * each;
  if (count === 0) {
    deleteItem(context, args, 1, storeAt);
    return reply.integer(0);
  }
  if (count > MAX_SORTED) return reply.fail(TOO_MANY);
  let total = 0;
  for (const index of chosen) total += each * lengths[index]!;
  const { list } = context.views;
  openEmptyView(context, list, args, 1, storeAt);
  // Where that is refused the view is not closed, and so changes nothing.
  const problem = growthProblem(context, list, args.lengths[storeAt]!, count, total);
  if (problem !== null) return reply.fail(problem);
  for (const index of chosen) {
    for (let i = 0; i < each; i++) {
      // What is not there is stored as an empty element.
      const length = gets.length === 0 || gets[i] ? lengths[index]! : 0;
      list.insert(list.count, bytes, starts[index]!, length);
    }
  }
  list.close();
  reply.integer(count);
}
