// Commands on lists, sorted sets and counters in hashes as steps of a history: what each makes of a plain model of the
// key, as text, where its answer is the one that came.

import type { Answer } from "../../bench/proof/resp_client.ts";
import type { Random } from "../../bench/workload.ts";
import type { Action } from "./linearizability.ts";

/** A command, and what its answer says; null: nothing. */
export interface StepOrder {
  readonly words: readonly string[];
  readonly actionOf: (answer: Answer) => Action | null;
}

/** Makes the next order for a key; `value` is another one each time. */
export type OrderMaker = (random: Random, key: string, value: string) => StepOrder;

/** An order whose effect on a model is `change`, which answers what the command should have answered. */
function order<Model>(
  words: readonly string[],
  read: (text: string | null) => Model,
  write: (model: Model) => string | null,
  change: (model: Model) => Answer,
): StepOrder {
  return {
    words,
    actionOf: (answer) => {
      const found = JSON.stringify(answer);
      return {
        kind: "step",
        text: `${words.join(" ")} -> ${found}`,
        step(text) {
          const model = read(text);
          return JSON.stringify(change(model)) === found ? write(model) : undefined;
        },
      };
    },
  };
}

const readList = (text: string | null): string[] => text === null ? [] : text.split(" ");
const writeList = (list: string[]) => list.length === 0 ? null : list.join(" ");

/** A list used from both ends; some wait a little for an element. */
export const listOrder: OrderMaker = (random, key, value) => {
  const on = (words: readonly string[], change: (list: string[]) => Answer) =>
    order(words, readList, writeList, change);
  const roll = random.below(12);
  if (roll < 3) return on(["RPUSH", key, value], (list) => list.push(value));
  if (roll < 4) return on(["LPUSH", key, value], (list) => list.unshift(value));
  if (roll < 6) return on(["LPOP", key], (list) => list.shift() ?? null);
  if (roll < 7) return on(["RPOP", key], (list) => list.pop() ?? null);
  if (roll < 8) return on(["LLEN", key], (list) => list.length);
  if (roll < 9) return on(["LINDEX", key, "0"], (list) => list[0] ?? null);
  const isLeft = roll < 11;
  const waiting = on([isLeft ? "BLPOP" : "BRPOP", key, "0.02"], (list) => {
    const taken = isLeft ? list.shift() : list.pop();
    return taken === undefined ? null : [key, taken];
  });
  // Whose time is over says nothing: others who waited longer may have had the right to what was there.
  return { ...waiting, actionOf: (answer) => answer === null ? null : waiting.actionOf(answer) };
};

const readSet = (text: string | null): Map<string, number> =>
  new Map(text === null ? [] : JSON.parse(text) as [string, number][]);
const writeSet = (set: Map<string, number>) =>
  set.size === 0 ? null : JSON.stringify([...set].sort(byScore));
const byScore = ([a, x]: [string, number], [b, y]: [string, number]) =>
  x - y || (a < b ? -1 : Number(a > b));

/** A sorted set of few members, as a queue with priorities. */
export const sortedSetOrder: OrderMaker = (random, key) => {
  const on = (words: readonly string[], change: (set: Map<string, number>) => Answer) =>
    order(words, readSet, writeSet, change);
  const member = `m${random.below(4)}`;
  const score = random.below(5);
  const roll = random.below(10);
  if (roll < 3) {
    return on(["ZADD", key, `${score}`, member], (set) => {
      const isNew = !set.has(member);
      set.set(member, score);
      return isNew ? 1 : 0;
    });
  }
  if (roll < 5) {
    return on(["ZINCRBY", key, "1", member], (set) => {
      set.set(member, (set.get(member) ?? 0) + 1);
      return `${set.get(member)}`;
    });
  }
  if (roll < 6) return on(["ZSCORE", key, member], (set) => scoreText(set.get(member)));
  if (roll < 7) return on(["ZCARD", key], (set) => set.size);
  if (roll < 8) {
    return on(["ZRANK", key, member], (set) => {
      const rank = [...set].sort(byScore).findIndex(([each]) => each === member);
      return rank < 0 ? null : rank;
    });
  }
  const isMin = roll < 9;
  return on([isMin ? "ZPOPMIN" : "ZPOPMAX", key], (set) => {
    const sorted = [...set].sort(byScore);
    const taken = isMin ? sorted[0] : sorted.at(-1);
    if (taken === undefined) return [];
    set.delete(taken[0]);
    return [taken[0], `${taken[1]}`];
  });
};

function scoreText(score: number | undefined): string | null {
  return score === undefined ? null : `${score}`;
}

/** A counter in a hash. */
export const counterOrder: OrderMaker = (random, key) => {
  const on = (words: readonly string[], change: (count: { n: number | null }) => Answer) =>
    order(
      words,
      (text) => ({ n: text === null ? null : Number(text) }),
      ({ n }) => n === null ? null : String(n),
      change,
    );
  const by = 1 + random.below(3);
  const roll = random.below(10);
  if (roll < 6) {
    return on(["HINCRBY", key, "n", `${by}`], (count) => count.n = (count.n ?? 0) + by);
  }
  if (roll < 9) return on(["HGET", key, "n"], ({ n }) => n === null ? null : String(n));
  return on(["HDEL", key, "n"], (count) => {
    const isGone = count.n === null;
    count.n = null;
    return isGone ? 0 : 1;
  });
};
