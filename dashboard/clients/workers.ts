// The workers and what is on disk, from the stream of figures: new values each second, and no requests of their
// own.

import type {
  LiveFacts,
  PersistenceLive,
  WorkerFacts,
} from "../../server/observe/facts/live_facts.ts";
import { byId, card, make, meter, scrolling, setText } from "../dom/elements.ts";
import { bytes, duration, exact, millis, percent, short } from "../dom/format.ts";
import { KeyedTable } from "../dom/table.ts";
import { visibleText } from "../dom/escapes.ts";

/** Shows the workers. Returns what takes the figures of a second. */
export function showWorkers(): (facts: LiveFacts) => void {
  const about = make("span", { class: "quiet" });
  const table = new KeyedTable<WorkerFacts>(
    "Workers",
    [
      { title: "Worker", text: ({ worker }) => String(worker) },
      {
        title: "Requests/s",
        kind: "number",
        text: ({ requestsPerSecond }) => short(requestsPerSecond),
      },
      {
        title: "CPU",
        kind: "number",
        text: ({ cpuCores }) => percent(cpuCores),
        node: ({ cpuCores }) => meter(cpuCores, percent(cpuCores)),
      },
      { title: "Lag", kind: "number", text: ({ lagMs }) => millis(lagMs) },
      { title: "Heap", kind: "number", text: ({ heapBytes }) => bytes(heapBytes) },
      { title: "Clients", kind: "number", text: ({ clients }) => exact(clients) },
      { title: "Breaker", text: ({ breaker }) => breaker },
    ],
    ({ worker }) => String(worker),
    "No worker serves.",
  );
  byId("workers").append(card("Workers", [about], scrolling("Workers", table.element)));
  return ({ workers, lockWaitMsPerSecond, lockWaitsPerSecond }) => {
    const waits = `${short(lockWaitsPerSecond)} lock waits/s, ${
      millis(lockWaitMsPerSecond)
    } of each second`;
    setText(about, waits);
    table.show(workers);
  };
}

/** Shows what is on disk. Returns what takes the figures of a second. */
export function showPersistence(): (facts: LiveFacts) => void {
  const list = make("dl", { class: "facts" });
  const problem = make("p", { class: "problem" });
  const none = make(
    "p",
    { class: "quiet" },
    "Nothing is kept on disk. Start slabkv with --data-dir to keep it.",
  );
  byId("persistence").append(card("Persistence", [], problem, list, none));
  return ({ persistence }) => {
    none.hidden = persistence !== null;
    list.hidden = persistence === null;
    setText(problem, visibleText(persistence?.problem ?? ""));
    problem.hidden = persistence === null || persistence.problem === null;
    if (persistence !== null) fillFacts(list, rowsOf(persistence));
  };
}

function rowsOf(facts: PersistenceLive): (readonly [string, string])[] {
  return [
    ["Log", bytes(facts.logBytes)],
    ["Not yet synced", bytes(facts.unsyncedBytes)],
    ["Behind", millis(facts.lagMs)],
    [
      "Last snapshot",
      facts.snapshotAgeSeconds === null ? "none" : `${duration(facts.snapshotAgeSeconds)} ago`,
    ],
    ["Failures", exact(facts.failures)],
  ];
}

function fillFacts(list: HTMLElement, rows: readonly (readonly [string, string])[]): void {
  rows.forEach(([name, value], i) => {
    const box = list.children[i] ??
      list.appendChild(make("div", {}, make("dt", {}, name), make("dd")));
    setText(box.lastElementChild!, value);
  });
}
