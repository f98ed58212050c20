// Main's look at how far the workers' event loops are behind: what each has measured last, or how long it has been at
// a measurement that does not end. Main has turns while a worker has none, so that a breaker opens in the middle of
// one that lasts for seconds. Judges by signs of life alone: clocks of two threads are never compared.

import { addCounter } from "../../../cache/mod.ts";
import type { ServerRegion } from "../../contract/counters.ts";
import { ADMITS_NONE, breakerState, setBreaker } from "../../contract/breaker/gate.ts";
import type { Log } from "../log/log.ts";
import { Breaker } from "./breaker.ts";
import { PROBE_MS } from "./lag_probe.ts";

/** Time between two looks, in milliseconds. */
export const LOOK_MS = 100;
/** If looks are further apart, this thread stood still too, and what it has not seen means nothing. */
const GAP_MAX_MS = 400;

/** What is known of one worker. */
interface Watched {
  readonly breaker: Breaker;
  probes: number;
  movedMs: number;
  /** What the region has been told. */
  opens: number;
  openMs: number;
}

/** Watches all workers. */
export class LagWatch {
  readonly #region: ServerRegion;
  readonly #maxLagMs: number;
  readonly #log: Log;
  readonly #watched = new Map<number, Watched>();
  #lookedMs = -Infinity;

  /** Breakers open at a lag of more than `maxLagMs`. */
  constructor(region: ServerRegion, maxLagMs: number, log: Log) {
    this.#region = region;
    this.#maxLagMs = maxLagMs;
    this.#log = log;
  }

  /** Looks at every worker; called several times a second. `nowMs` only goes up. */
  look(nowMs: number): void {
    const hasStoodStill = nowMs - this.#lookedMs > GAP_MAX_MS;
    this.#lookedMs = nowMs;
    for (let actor = 1; actor < this.#region.geometry.actorCount; actor++) {
      if (this.#region.gauge(actor, "serving") === 0) this.#watched.delete(actor);
      else this.#lookAt(actor, nowMs, hasStoodStill);
    }
  }

  #lookAt(actor: number, nowMs: number, hasStoodStill: boolean): void {
    const region = this.#region;
    const probes = region.gauge(actor, "probes");
    let watched = this.#watched.get(actor);
    if (watched === undefined) {
      const breaker = new Breaker(this.#maxLagMs);
      watched = { breaker, probes, movedMs: nowMs, opens: 0, openMs: 0 };
      this.#watched.set(actor, watched);
    }
    // A script ends by itself, and whoever wants what it has locked is told so: that is no overload.
    const runsScript = region.gauge(actor, "script") !== 0;
    if (probes !== watched.probes || hasStoodStill || runsScript) {
      watched.probes = probes;
      watched.movedMs = nowMs;
    }
    const pendingMs = nowMs - watched.movedMs - PROBE_MS;
    const lagMs = Math.max(region.gauge(actor, "probedLag"), Math.round(pendingMs));
    Atomics.store(region.words, region.gaugeWord(actor, "lagMs"), lagMs);
    this.#judge(actor, watched, nowMs, lagMs);
  }

  #judge(actor: number, watched: Watched, nowMs: number, lagMs: number): void {
    const region = this.#region;
    const { breaker } = watched;
    const before = breaker.admits;
    breaker.observe(nowMs, lagMs);
    const openMs = Math.floor(breaker.openMs);
    this.#count(actor, "breakerOpens", breaker.opens - watched.opens);
    this.#count(actor, "breakerOpenMs", openMs - watched.openMs);
    watched.opens = breaker.opens;
    watched.openMs = openMs;
    // Its word begins anew with a worker that has been replaced.
    if (breaker.admits !== 0 || breakerState(region, actor) !== "closed") {
      setBreaker(region, actor, breaker.admits);
    }
    if (breaker.admits !== before) this.#tell(actor, breaker.admits, lagMs);
  }

  #count(actor: number, name: "breakerOpens" | "breakerOpenMs", amount: number): void {
    addCounter(this.#region.words, this.#region.counterWord(actor, name), amount);
  }

  #tell(actor: number, admits: number, lagMs: number): void {
    const fields = { worker: actor, lagMs };
    if (admits === ADMITS_NONE) {
      const text = `worker ${actor} is ${lagMs} ms behind (--max-lag): its requests are refused`;
      this.#log.warn("breaker", text, fields);
    } else if (admits === 0) {
      this.#log.info("breaker-closed", `worker ${actor} answers all requests again`, fields);
    }
  }
}
