// The judge of histories is itself judged: by histories whose verdict is known, by trying all orders of
// small random ones, and by long ones that a register gave, whole and with one answer changed.

import { assert, assertEquals } from "@std/assert";
import { Random } from "../../bench/workload.ts";
import { type Action, judge, type Operation } from "./linearizability.ts";

/** `called-answered action`, such as "1-4 put a"; "1-" was never answered; "get" without a value missed. */
function history(...lines: readonly string[]): Operation[] {
  return lines.map((line) => {
    const [, called, answered, words] = /^(\d+)-(\d*) (.*)$/.exec(line)!;
    const times = {
      called: Number(called),
      answered: answered === "" ? Infinity : Number(answered),
    };
    return { ...times, action: actionOf(words!.split(" "), times.answered !== Infinity) };
  });
}

function actionOf([kind, a, b, c]: string[], hasAnswer: boolean): Action {
  const result = <T>(value: T) => hasAnswer ? { result: value } : {};
  switch (kind) {
    case "get":
      return { kind, result: a ?? null };
    case "put":
      return b === undefined ? { kind, value: a! } : { kind, value: a!, deadlineMs: Number(b) };
    case "delete":
      return { kind, ...result(a === "hit") };
    case "incr":
      return { kind, by: 1, ...result(Number(a)) };
    default:
      return {
        kind: "cas",
        expected: a === "none" ? null : a!,
        value: b!,
        ...result(c !== "no"),
      };
  }
}

/** Histories and the fewest losses with which they are legal. */
const KNOWN: readonly (readonly [what: string, losses: number, ...lines: string[]])[] = [
  ["a read during a write gives the old value", 0, "1-2 put a", "3-6 put b", "4-5 get a"],
  ["a read during a write gives the new value", 0, "1-2 put a", "3-6 put b", "4-5 get b"],
  ["a read after a write gives the old value", Infinity, "1-2 put a", "3-4 put b", "5-6 get a"],
  ["a value comes before it is written", Infinity, "1-2 get a", "3-4 put a"],
  ["a value that nobody wrote", Infinity, "1-2 put a", "3-4 get b"],
  [
    "new, then old, while the write goes on",
    Infinity,
    "1-2 put a",
    "3-9 put b",
    "4-5 get b",
    "6-7 get a",
  ],
  [
    "old, then new, while the write goes on",
    0,
    "1-2 put a",
    "3-9 put b",
    "4-5 get a",
    "6-7 get b",
  ],
  ["two at once, two orders at once", Infinity, "1-4 put a", "1-4 put b", "5-6 get a", "7-8 get b"],
  ["a write without an answer is seen late", 0, "1-2 put a", "3- put b", "4-5 get a", "6-7 get b"],
  ["and then not any more", Infinity, "1-2 put a", "3- put b", "4-5 get b", "6-7 get a"],
  ["a miss after a write", 1, "1-2 put a", "3-4 get"],
  ["two misses after one write", 1, "1-2 put a", "3-4 get", "5-6 get"],
  ["two writes, each missed", 2, "1-2 put a", "3-4 get", "5-6 put a", "7-8 get"],
  ["a hit after a miss", Infinity, "1-2 put a", "3-4 get", "5-6 get a"],
  ["a miss beside a delete", 0, "1-2 put a", "3-6 delete hit", "4-5 get"],
  ["one key deleted twice", Infinity, "1-2 put a", "3-4 delete hit", "5-6 delete hit"],
  ["a delete finds nothing", 1, "1-2 put a", "3-4 delete miss"],
  ["deleted, then there", Infinity, "1-2 put a", "3-4 delete hit", "5-6 get a"],
  ["counted one after the other", 0, "1-2 incr 1", "3-4 incr 2", "5-6 get 2"],
  ["counted at once", 0, "1-5 incr 2", "2-6 incr 1"],
  ["one of two counts is lost", Infinity, "1-2 put 5", "3-6 incr 6", "4-7 incr 6"],
  ["two counts, and the key lost between them", 1, "1-5 incr 1", "2-6 incr 1"],
  ["a count too many", Infinity, "1-2 incr 1", "3-4 get 2"],
  ["a count without an answer", 0, "1-2 incr 1", "3- incr", "4-5 get 2"],
  ["compared and set", 0, "1-2 put a", "3-4 cas a b", "5-6 get b"],
  ["both compared with the same", Infinity, "1-2 put a", "3-6 cas a b", "4-7 cas a c"],
  ["one of two compared with the same", 0, "1-2 put a", "3-6 cas a b no", "4-7 cas a c"],
  ["compared with what is there, in vain", 1, "1-2 put a", "3-4 cas a b no"],
  ["compared with nothing while there is something", 1, "1-2 put a", "3-4 cas none b"],
  ["compared with what never was", Infinity, "1-2 put a", "3-4 cas c b"],
];

for (const [what, losses, ...lines] of KNOWN) {
  Deno.test(`judge(): ${what}: ${losses} losses`, () => {
    const { losses: found, stuckAt } = judge(history(...lines));
    assertEquals(found, losses);
    assertEquals(stuckAt !== undefined, losses === Infinity);
  });
}

Deno.test("judge(): a value is gone after its deadline, which is no loss, and not before", () => {
  const at = (calledMs: number, action: Action): Operation => {
    return { called: calledMs, answered: calledMs + 1, calledMs, answeredMs: calledMs + 1, action };
  };
  const put = at(1000, { kind: "put", value: "a", deadlineMs: 2000 });
  const verdictOf = (...actions: Operation[]) => judge([put, ...actions]).losses;
  assertEquals(verdictOf(at(2500, { kind: "get", result: null })), 0);
  assertEquals(verdictOf(at(1500, { kind: "get", result: null })), 1);
  assertEquals(verdictOf(at(1500, { kind: "get", result: "a" })), 0);
  assertEquals(verdictOf(at(2500, { kind: "get", result: "a" })), Infinity);
  assertEquals(verdictOf(at(2500, { kind: "delete", result: true })), Infinity);
  const incr = at(1500, { kind: "incr", by: 1, result: 1 });
  assertEquals(judge([at(1000, { ...put.action, value: "0" } as Action), incr]).losses, 0);
});

/** What an action gives on a value, written down once more: its result, and the value then. */
function carriedOut(action: Action, value: string | null): [result: unknown, value: string | null] {
  if (action.kind === "get") return [value, value];
  if (action.kind === "put") return [undefined, action.value];
  if (action.kind === "delete") return [value !== null, null];
  if (action.kind === "incr") {
    const sum = Number(value) + action.by;
    return [sum, `${sum}`];
  }
  if (action.kind === "step") throw new Error("no action of a register");
  return value === action.expected ? [true, action.value] : [false, value];
}

/** The fewest losses, found by trying every order and every place of a loss. */
function byAllOrders(rest: readonly Operation[], value: string | null): number {
  if (rest.every(({ answered }) => answered === Infinity)) return 0;
  const firstAnswer = Math.min(...rest.map(({ answered }) => answered));
  let fewest = Infinity;
  for (const operation of rest) {
    if (operation.called > firstAnswer) continue;
    const others = rest.filter((other) => other !== operation);
    for (
      const [start, cost] of value === null
        ? [[null, 0]] as const
        : [[value, 0], [null, 1]] as const
    ) {
      const [result, after] = carriedOut(operation.action, start);
      const { action } = operation;
      const isFree = operation.answered === Infinity || action.kind === "put" ||
        action.kind === "step";
      if (!isFree && result !== action.result) continue;
      fewest = Math.min(fewest, cost + byAllOrders(others, after));
    }
  }
  return fewest;
}

function randomAction(random: Random, hasAnswer: boolean): Action {
  const value = `${random.below(3)}`;
  const result = <T>(value: T) => hasAnswer ? { result: value } : {};
  switch (random.below(hasAnswer ? 6 : 4)) {
    case 0:
      return { kind: "put", value };
    case 1:
      return { kind: "delete", ...result(random.below(2) === 0) };
    case 2:
      return { kind: "incr", by: 1, ...result(1 + random.below(3)) };
    case 3: {
      const expected = random.below(4) === 0 ? null : `${random.below(3)}`;
      return { kind: "cas", expected, value, ...result(random.below(2) === 0) };
    }
    default:
      return { kind: "get", result: random.below(3) === 0 ? null : value };
  }
}

Deno.test("judge() and the trial of all orders agree on 20,000 small random histories", () => {
  const random = new Random(7);
  const verdicts = new Map<number, number>();
  for (let round = 0; round < 20_000; round++) {
    const operations = Array.from({ length: 2 + random.below(5) }, (): Operation => {
      const called = random.below(20);
      const answered = random.below(12) === 0 ? Infinity : called + 1 + random.below(8);
      return { called, answered, action: randomAction(random, answered !== Infinity) };
    });
    const { losses } = judge(operations);
    assertEquals(losses, byAllOrders(operations, null), JSON.stringify(operations));
    verdicts.set(losses, (verdicts.get(losses) ?? 0) + 1);
  }
  for (const losses of [0, 1, 2, Infinity]) assert((verdicts.get(losses) ?? 0) > 10, `${losses}`);
});

/** What `threads` threads see of a register that takes each operation at one moment, and loses its key. */
function register(random: Random, threads: number, steps: number): [Operation[], number] {
  const freeAt = new Array<number>(threads).fill(0);
  const history: Operation[] = [];
  let value: string | null = null;
  let losses = 0;
  for (let step = 1; step <= steps; step++) {
    const moment = step * 10;
    const free = freeAt.flatMap((at, thread) => at < moment ? [thread] : []);
    const thread = free[random.below(free.length)];
    if (thread === undefined) continue;
    if (value !== null && random.below(50) === 0) {
      value = null;
      losses++;
    }
    const drawn = randomAction(random, true);
    const action = drawn.kind === "put" || drawn.kind === "cas"
      ? { ...drawn, value: `${step * 10_000}` }
      : drawn;
    const [result, after] = carriedOut(action, value);
    value = after;
    const called = freeAt[thread]! + random.below(moment - freeAt[thread]!);
    const answered = moment + 1 + random.below(60);
    freeAt[thread] = answered;
    const seen = action.kind === "put" ? action : { ...action, result } as Action;
    history.push({ called, answered, action: seen });
  }
  return [history, losses];
}

Deno.test("judge() accepts what a register gave to 6 threads, and no answer that it never gave", () => {
  const random = new Random(11);
  for (let round = 0; round < 6; round++) {
    const [history, losses] = register(random, 6, 2000);
    assert(judge(history).losses <= losses);
    const gets = history.flatMap(({ action }, i) => action.kind === "get" ? [i] : []);
    const at = gets[random.below(gets.length)]!;
    const changed = history.with(at, {
      ...history[at]!,
      action: { kind: "get", result: "never" },
    });
    assertEquals(judge(changed).stuckAt, changed[at]);
    // What was right long ago is wrong now: no value is put twice, nor reached by counting.
    const first = history.find(({ action }) => action.kind === "put")!;
    const late: Operation = {
      called: 1e9,
      answered: 1e9 + 1,
      action: { kind: "get", result: (first.action as { value: string }).value },
    };
    assertEquals(judge([...history, late]).stuckAt, late);
  }
});
