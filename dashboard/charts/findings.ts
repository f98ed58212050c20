// What /diagnose has found, worst first, at the top of the page: the problem, what to do, and the figures on demand.
// Quiet while nothing is wrong.

import type { Diagnosis, Finding } from "../../server/observe/facts/answers.ts";
import { byId, make } from "../dom/elements.ts";
import { plural } from "../dom/format.ts";
import { visibleText } from "../dom/escapes.ts";
import type { Page } from "../state/page.ts";

const EVERY_MS = 10_000;
const SHOWN_IN: Readonly<Record<string, string>> = {
  "/stats/big": "memory",
  "/stats/clients": "server",
  "/stats/hot": "keys",
  "/stats/slow": "latency",
};

/** Shows what is wrong, for as long as it is. */
export function showFindings({ server, views }: Page): void {
  const box = byId("findings");
  let shown = "";
  views.repeat("overview", EVERY_MS, async () => {
    const { findings, passed, seconds } = await server.read<Diagnosis>("/diagnose");
    const now = JSON.stringify(findings);
    if (now === shown) return;
    shown = now;
    const good = `Nothing is wrong: ${
      plural(passed.length, "rule")
    } looked at the last ${seconds} s.`;
    box.replaceChildren(
      ...findings.length === 0 ? [make("p", { class: "quiet" }, good)] : findings.map(finding),
    );
  });
}

function finding({ rule, level, problem, evidence, advice }: Finding): HTMLElement {
  const figures = Object.entries(evidence).flatMap(([name, value]) => [
    make("div", {}, make("dt", {}, visibleText(name)), make("dd", {}, visibleText(String(value)))),
  ]);
  return make(
    "article",
    { class: `finding ${level}` },
    make("span", { class: `pill ${level}` }, level),
    make("b", {}, visibleText(problem)),
    make("p", { class: "advice" }, ...linked(advice)),
    make(
      "details",
      {},
      make("summary", {}, `Evidence for ${rule}`),
      make("dl", { class: "facts" }, ...figures),
    ),
  );
}

/** Advice, whose addresses lead to the part of this page that shows the same. */
function linked(advice: string): (Node | string)[] {
  return advice.split(/(\/stats\/\w+)/).map((text) => {
    const view = SHOWN_IN[text];
    return view === undefined ? visibleText(text) : make("a", { href: `#/${view}` }, text);
  });
}
