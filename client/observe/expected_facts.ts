// What the commands that watch a server cannot do without in its answers. A server of another version may tell less,
// and what stands at the address may be no slabkv at all: both are said, in place of tables of nothing.

import type { Access } from "../connection.ts";
import { ClientError } from "../platform.ts";

/** The server refuses, or tells too little: asking again changes nothing. */
export class Refused extends ClientError {}

type Kind = "number" | "list" | "rows" | "object";

const EXPECTED: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  "/stats/hot": { requests: "number", seconds: "number", keys: "rows" },
  "/stats/big": { looked: "number", items: "number", types: "object", keys: "rows" },
  "/stats/slow": { slowerThanUs: "number", commands: "rows" },
  "/stats/latency": { groups: "object", lockWaits: "object", lagMs: "object" },
  "/diagnose": { seconds: "number", findings: "rows", passed: "list" },
  "/stats/live": {
    requestsPerSecond: "object",
    latency: "object",
    memory: "object",
    cpu: "object",
    connections: "object",
    workers: "rows",
  },
};

/**
 * Checks that an answer has the parts that are read of it.
 *
 * @param access the server, for the message
 * @param pathname the route
 * @param facts what it answered
 * @throws {Refused} where one is missing, or something else than expected
 */
export function checkFacts(
  { target }: Access,
  pathname: string,
  facts: Readonly<Record<string, unknown>>,
): void {
  const expected = Object.entries(EXPECTED[pathname] ?? {});
  if (expected.every(([name, kind]) => isKind(facts[name], kind))) return;
  throw new Refused(
    `${target.url} tells less than this slabkv expects: slabkv ping shows its version`,
  );
}

function isKind(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case "number":
      return typeof value === "number";
    case "list":
      return Array.isArray(value);
    case "rows":
      return Array.isArray(value) && value.every(isObject);
    case "object":
      return isObject(value);
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
