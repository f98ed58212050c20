// What all threads have counted of commands, summed up: requests by the way they came, by command and by outcome,
// and latencies by group of commands. Reads the region, so any thread can tell, and the sums are the same everywhere.

import { COUNTER_WORDS, readCounter } from "../../cache/mod.ts";
import type { Command } from "../contract/command.ts";
import { COMMAND_GROUPS, type CommandGroup } from "../contract/commands/command_kinds.ts";
import type { ServerCache } from "../contract/counters.ts";
import { readRow, visitRows } from "../contract/metrics/command_counts.ts";
import { commandOfKey, wayOfKey } from "../contract/metrics/command_numbers.ts";
import { LATENCY_BUCKETS, STEPS_PER_US } from "../contract/metrics/latency_buckets.ts";
import { LatencyCounts } from "../contract/metrics/latency_counts.ts";
import * as layout from "../contract/metrics/own_layout.ts";
import { type Protocol, PROTOCOLS } from "./facts/protocols.ts";

const { LATENCY_COUNTS, LATENCY_LONGEST, LATENCY_SUM, LATENCY_WORDS, OWN_LATENCY } = layout;
const { ROW_CALLS, ROW_FAILED, ROW_REFUSED } = layout;

/** Requests for one command that came by one protocol. */
export interface RequestFigures {
  readonly protocol: Protocol;
  /** Its name, in upper case; "OTHER" for all by this protocol of which there were too many to count each. */
  readonly command: string;
  /** Carried out; carried out and answered with an error; refused before that. */
  readonly ok: number;
  readonly failed: number;
  readonly refused: number;
}

/** Requests for all commands. */
export interface ProtocolFigures {
  /** By the way they came, whatever they came to. */
  readonly requests: Readonly<Record<Protocol, number>>;
  /** Those of them that were answered with an error. */
  readonly failed: number;
}

/** Sums over all threads. */
export class Figures {
  readonly #cache: ServerCache;
  readonly #commands: readonly Command[];

  /** `commands` is the command table: rows of counts know numbers. */
  constructor(cache: ServerCache, commands: readonly Command[]) {
    this.#cache = cache;
    this.#commands = commands;
  }

  /** All that were called or refused, in the order of protocols and of the command table. */
  requests(): RequestFigures[] {
    const sums = this.#sums();
    const keys = [...sums.keys()].sort((a, b) => a - b);
    return keys.map((key) => {
      const [calls, failed, refused] = sums.get(key)!;
      const isOther = key <= layout.OTHER_KEY;
      return {
        protocol: PROTOCOLS[isOther ? layout.OTHER_KEY - key : wayOfKey(key)]!,
        command: isOther ? "OTHER" : this.#commands[commandOfKey(key)]!.name,
        ok: Math.max(0, calls - failed),
        failed,
        refused,
      };
    });
  }

  /** All of them by the way they came. */
  byProtocol(): ProtocolFigures {
    const none = PROTOCOLS.map((protocol) => [protocol, 0] as const);
    const requests = Object.fromEntries(none) as Record<Protocol, number>;
    let allFailed = 0;
    for (const { protocol, ok, failed, refused } of this.requests()) {
      requests[protocol] += ok + failed + refused;
      allFailed += failed + refused;
    }
    return { requests, failed: allFailed };
  }

  #sums(): Map<number, [calls: number, failed: number, refused: number]> {
    const { region } = this.#cache;
    const sums = new Map<number, [number, number, number]>();
    for (let actor = 0; actor < region.geometry.actorCount; actor++) {
      visitRows(region.words, region.ownWord(actor), (key, word) => {
        let sum = sums.get(key);
        if (sum === undefined) sums.set(key, sum = [0, 0, 0]);
        sum[0] += readRow(region.words, word, ROW_CALLS);
        sum[1] += readRow(region.words, word, ROW_FAILED);
        sum[2] += readRow(region.words, word, ROW_REFUSED);
      });
    }
    return sums;
  }

  /** Latencies of a group of commands. */
  latency(group: CommandGroup): LatencyCounts {
    const sum = new LatencyCounts();
    const number = COMMAND_GROUPS.indexOf(group);
    const { actorCount } = this.#cache.region.geometry;
    for (let actor = 0; actor < actorCount; actor++) this.#addLatency(sum, actor, number);
    return sum;
  }

  #addLatency(sum: LatencyCounts, actor: number, group: number): void {
    const { region, region: { words } } = this.#cache;
    const at = region.ownWord(actor) + OWN_LATENCY + group * LATENCY_WORDS;
    const max = Atomics.load(words, at + LATENCY_LONGEST);
    if (max === 0 && readCounter(words, at + LATENCY_COUNTS) === 0) return;
    sum.maxUs = Math.max(sum.maxUs, max / STEPS_PER_US);
    sum.sumUs += readCounter(words, at + LATENCY_SUM) / STEPS_PER_US;
    for (let bucket = 0; bucket < LATENCY_BUCKETS; bucket++) {
      const calls = readCounter(words, at + LATENCY_COUNTS + bucket * COUNTER_WORDS);
      if (calls > 0) sum.add(bucket, calls);
    }
  }
}
