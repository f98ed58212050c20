/**
 * What the HTTP benchmark sends, as traffics of the client's load generator: single keys drawn by the shared
 * Zipf sequence, batches of keys, the published 70/30 test. And how the floor is judged. No sockets.
 */

import { itemJson, keyName, type KeySet } from "../../client/bench/key_set.ts";
import { KeyTraffic } from "../../client/bench/key_traffic.ts";
import { mputAnswer, mputRequest, postRequest } from "../../client/bench/messages.ts";
import { bodyIs, type LoadAnswer, type Traffic, Verdict } from "../../client/bench/traffic.ts";
import { DEFAULT_SEED, Random, zipfKeySequence } from "../workload.ts";
import { floorHit } from "./items.ts";

/** How many keys a request of /mget and /mput carries. */
export const BATCH_KEYS = 100;

/** The loads that there are. */
export type Kind = "get" | "put" | "mix" | "mget" | "mput" | "publish";

/** Reads among 100 requests of single keys. */
const READ_PERCENTS = { get: 100, put: 0, mix: 80, publish: 70 };
const SEQUENCE_LENGTH = 2 ** 18;
const BATCH_COUNT = 2000;

/**
 * Makes the traffic of a load.
 *
 * @param kind which load
 * @param set the keys; all of them were put, but for "publish", which begins with none
 * @param storesItems whether reads are answered from what was put, or all as by the floor
 * @param slotCount how many connections there are
 */
export function createTraffic(
  kind: Kind,
  set: KeySet,
  storesItems: boolean,
  slotCount: number,
): Traffic {
  if (kind === "mget" || kind === "mput") return new BatchTraffic(kind, set, slotCount);
  const { messages, values, keys } = set;
  const isPublish = kind === "publish";
  const shape = {
    keys,
    readPercent: READ_PERCENTS[kind],
    seed: DEFAULT_SEED,
    keyOrder: isPublish ? undefined : zipfKeySequence(SEQUENCE_LENGTH, keys),
    firstVersion: isPublish ? 0 : 1,
    mustHit: true,
  } as const;
  const traffic = new KeyTraffic(messages, values, shape, slotCount);
  return storesItems ? traffic : new FloorTraffic(traffic, floorHit(set));
}

/** A traffic whose every read may also be answered with one constant. */
class FloorTraffic implements Traffic {
  readonly #traffic: Traffic;
  readonly #constant: Uint8Array;

  constructor(traffic: Traffic, constant: string) {
    this.#traffic = traffic;
    this.#constant = new TextEncoder().encode(constant);
  }

  next(slot: number): Uint8Array {
    return this.#traffic.next(slot);
  }

  check(slot: number, answer: LoadAnswer): Verdict {
    const verdict = this.#traffic.check(slot, answer);
    if (verdict !== Verdict.wrong || answer.status !== 200) return verdict;
    return bodyIs(answer, this.#constant) ? Verdict.hit : Verdict.wrong;
  }
}

/** Reads or writes of distinct keys in batches, made ahead; every 64th body of an /mget is compared whole. */
class BatchTraffic implements Traffic {
  readonly #isRead: boolean;
  readonly #random = new Random();
  readonly #requests: Uint8Array[] = [];
  readonly #expected: Uint8Array[] = [];
  readonly #underWay: Uint32Array;
  #checks = 0;

  constructor(kind: "mget" | "mput", set: KeySet, slotCount: number) {
    this.#isRead = kind === "mget";
    this.#underWay = new Uint32Array(slotCount);
    const written = mputAnswer(BATCH_KEYS);
    for (let i = 0; i < BATCH_COUNT; i++) {
      const ids = distinctIds(BATCH_KEYS, set.keys, this.#random);
      const items = ids.map((id) => itemJson(set, id, 1));
      this.#requests.push(this.#isRead ? mgetRequest(set, ids) : mputRequest(set.access, items));
      this.#expected.push(this.#isRead ? mgetAnswer(items) : written);
    }
  }

  next(slot: number): Uint8Array {
    const index = this.#random.below(this.#requests.length);
    this.#underWay[slot] = index;
    return this.#requests[index]!;
  }

  check(slot: number, answer: LoadAnswer): Verdict {
    const { status, bodyStart, bodyEnd } = answer;
    if (status !== 200) return status >= 400 ? Verdict.error : Verdict.wrong;
    const expected = this.#expected[this.#underWay[slot]!]!;
    const isRight = this.#isRead && (++this.#checks & 63) !== 0
      ? bodyEnd - bodyStart === expected.length
      : bodyIs(answer, expected);
    if (!isRight) return Verdict.wrong;
    return this.#isRead ? Verdict.hit : Verdict.stored;
  }
}

/** Some of the numbers below `keyCount`, each once; all of them if there are no more. */
export function distinctIds(count: number, keyCount: number, random: Random): number[] {
  const ids = new Set<number>();
  while (ids.size < Math.min(count, keyCount)) ids.add(random.below(keyCount));
  return [...ids];
}

function mgetRequest({ access, keyPrefix }: KeySet, ids: readonly number[]): Uint8Array {
  const keys = ids.map((id) => `"${keyName(keyPrefix, id)}"`).join(",");
  return postRequest(access, "/mget", `{"keys":[${keys}]}`);
}

function mgetAnswer(items: readonly string[]): Uint8Array {
  return new TextEncoder().encode(`{"status":"OK","items":[${items.join(",")}],"missing":[]}`);
}
