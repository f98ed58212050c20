// What one worker remembers of what took long: for each event the longest of each second, bounded in number.
// Joins what several of them remember. Knows no clock and no other worker.

import type {
  LatencyEvent,
  LatencyEventName,
  LatencySample,
} from "../../contract/metrics/latency.ts";

/** Most samples of an event. */
export const MAX_SAMPLES = 160;

/** The events of one worker. */
export class LatencyLog {
  /** What takes at least so many microseconds is noted. */
  thresholdUs = Infinity;
  readonly #events = new Map<string, { maxMs: number; samples: LatencySample[] }>();

  /** Notes what took so long, where that is long. */
  note(name: LatencyEventName, tookUs: number, atSeconds: number): void {
    if (tookUs < this.thresholdUs) return;
    const ms = Math.floor(tookUs / 1000);
    const event = this.#events.get(name) ?? { maxMs: 0, samples: [] };
    this.#events.set(name, event);
    event.maxMs = Math.max(event.maxMs, ms);
    addSample(event.samples, [atSeconds, ms]);
  }

  /** All events. */
  get events(): readonly LatencyEvent[] {
    return Array.from(this.#events, ([name, event]) => ({ name, ...event }));
  }

  /** Forgets events of these names, in any case of letters, or all. Returns the names that there were. */
  reset(names: readonly string[]): string[] {
    const wanted = names.map((name) => name.toLowerCase());
    const gone = [...this.#events.keys()]
      .filter((name) => names.length === 0 || wanted.includes(name));
    for (const name of gone) this.#events.delete(name);
    return gone;
  }
}

/** The events of several workers as one list: of each second the longest. */
export function joinedEvents(lists: readonly (readonly LatencyEvent[])[]): LatencyEvent[] {
  const all = new Map<string, LatencyEvent[]>();
  for (const event of lists.flat()) {
    all.set(event.name, [...all.get(event.name) ?? [], event]);
  }
  return Array.from(all, ([name, events]) => {
    const samples: LatencySample[] = [];
    const sorted = events.flatMap((event) => event.samples).sort(([a], [b]) => a - b);
    for (const sample of sorted) addSample(samples, sample);
    return { name, maxMs: Math.max(...events.map(({ maxMs }) => maxMs)), samples };
  });
}

/** Adds a sample to others, none of which is newer. */
function addSample(samples: LatencySample[], [atSeconds, ms]: LatencySample): void {
  const last = samples.at(-1);
  if (last !== undefined && last[0] === atSeconds) {
    samples[samples.length - 1] = [atSeconds, Math.max(last[1], ms)];
    return;
  }
  samples.push([atSeconds, ms]);
  if (samples.length > MAX_SAMPLES) samples.shift();
}
