// What is wrong with the server, if anything: all rules over the facts of the last minute, the worst first. Pure; as an
// object for programs, and as a few lines for people.

import { escapedAndCut } from "../../contract/log/plain_text.ts";
import type { Diagnosis, Finding } from "../facts/answers.ts";
import { CLIENT_RULES } from "./client_rules.ts";
import type { DiagnosisFacts } from "./diagnosis_facts.ts";
import { DISK_RULES } from "./disk_rules.ts";
import { LOAD_RULES } from "./load_rules.ts";
import { LOSS_RULES } from "./loss_rules.ts";
import { MEMORY_RULES } from "./memory_rules.ts";
import type { Rule } from "./rule.ts";

/** All rules. Of findings that are as bad as each other those come first whose rules stand first. */
export const RULES: readonly Rule[] = [
  ...DISK_RULES,
  ...CLIENT_RULES,
  ...LOAD_RULES,
  ...LOSS_RULES,
  ...MEMORY_RULES,
];

/** So much of a key, or of another text, is shown to people. */
const MAX_CHARS = 128;
const NOTHING = "Nothing is wrong";
const LEVELS: readonly Finding["level"][] = ["critical", "warning", "info"];

/** Looks at all rules. */
export function diagnose(facts: DiagnosisFacts, rules: readonly Rule[] = RULES): Diagnosis {
  const findings: Finding[] = [];
  const passed: string[] = [];
  for (const { name, find } of rules) {
    const found = find(facts);
    if (found === null) passed.push(name);
    else findings.push({ rule: name, ...found });
  }
  findings.sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
  const summary = findings[0]?.problem ?? NOTHING;
  return { seconds: Math.round(facts.seconds), summary, findings, passed };
}

/** The same for people who have nothing but curl. */
export function diagnosisText({ seconds, summary, findings, passed }: Diagnosis): string {
  const looked = `looked at the last ${seconds} s and ${passed.length + findings.length} rules`;
  if (findings.length === 0) return `${summary} (${looked}).\n`;
  const lines = findings.map(({ level, problem, evidence, advice }) => {
    const figures = Object.entries(evidence).map(([name, value]) =>
      `${name} ${typeof value === "string" ? escapedAndCut(value, MAX_CHARS) : value}`
    ).join(", ");
    return `${level}: ${problem}\n  ${advice}\n  ${figures}\n`;
  });
  return `${lines.join("\n")}\n(${looked})\n`;
}
