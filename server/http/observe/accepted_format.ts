// Which format of metrics a client wants, by its Accept header (RFC 9110, 12.5.1). Prometheus asks for OpenMetrics with
// a version, and for the text format with less weight; curl and browsers take anything and get text.

import type { MetricsFormat } from "../../contract/server.ts";

/** What each format is called over HTTP. */
export const METRICS_TYPES: Readonly<Record<MetricsFormat, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/** The versions in which each is written; who names another one does not mean it. */
const VERSIONS: Readonly<Record<string, MetricsFormat>> = {
  "text/plain;0.0.4": "text",
  "text/plain;": "text",
  "text/*;": "text",
  "*/*;": "text",
  "application/openmetrics-text;1.0.0": "openmetrics",
  "application/openmetrics-text;": "openmetrics",
  "application/*;": "openmetrics",
};
/** Ranges of an Accept header that are looked at, and parts of each. */
const MAX_RANGES = 32;
const MAX_PARTS = 8;

/**
 * The format that `accept` weighs most. Text where it weighs them alike, names neither or is not there: metrics are
 * better in a format that was not asked for than not at all.
 */
export function acceptedFormat(accept: string | null): MetricsFormat {
  if (accept === null) return "text";
  const weights = { text: 0, openmetrics: 0 };
  // A range that names a type counts for it more than one that leaves it open.
  const places = { text: -1, openmetrics: -1 };
  for (const range of accept.split(",", MAX_RANGES)) {
    const { type, version, weight } = partsOf(range);
    const format = Object.hasOwn(VERSIONS, `${type};${version}`)
      ? VERSIONS[`${type};${version}`]!
      : null;
    if (format === null) continue;
    const place = type === "*/*" ? 0 : type.endsWith("/*") ? 1 : 2;
    if (place < places[format]) continue;
    weights[format] = place > places[format] ? weight : Math.max(weight, weights[format]);
    places[format] = place;
  }
  return weights.openmetrics > weights.text ? "openmetrics" : "text";
}

function partsOf(range: string): { type: string; version: string; weight: number } {
  const [type = "", ...parameters] = range.split(";", MAX_PARTS).map((part) =>
    part.trim().toLowerCase()
  );
  let version = "";
  let weight = 1;
  for (const parameter of parameters) {
    const [name, value = ""] = parameter.split("=", 2);
    if (name === "version") version = value.replace(/^"(.*)"$/, "$1");
    else if (name === "q") weight = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(value) ? +value : 0;
  }
  return { type, version, weight };
}
