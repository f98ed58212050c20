// /metrics for Prometheus, in the format that it asks for, and /stats/metrics: what each metric says. Written metric by
// metric in the worker's slices of time. Who asks while metrics are being written shares them.

import type { MetricsFormat } from "../../contract/server.ts";
import { METRICS } from "../../observe/metrics/table.ts";
import type { MetricFacts } from "../../observe/facts/answers.ts";
import { error, json } from "../answers.ts";
import type { HttpContext, Route } from "../context.ts";
import { LARGE_BYTES } from "../large_answers.ts";
import { acceptedFormat, METRICS_TYPES } from "./accepted_format.ts";

/** Answers that nobody may keep. */
const NO_STORE = { "cache-control": "no-store" };
const HEADERS = { ...NO_STORE, vary: "accept" };

function noQuery(): Response {
  return error(400, "This route takes no query string. Leave it out.");
}

function metrics(
  context: HttpContext,
  request: Request,
  _url: string,
  query: number,
): Response | Promise<Response> {
  if (query >= 0) return noQuery();
  const format = acceptedFormat(context.access.header(request, "accept"));
  const text = context.status.metricsText(format, context.slices);
  return typeof text === "string"
    ? answer(context, text, format)
    : text.then((text) => answer(context, text, format));
}

/** With very many workers or commands the text is long, and a client that does not take it must not cost more than it may. */
function answer({ largeAnswers }: HttpContext, text: string, format: MetricsFormat): Response {
  const type = METRICS_TYPES[format];
  if (text.length <= LARGE_BYTES) {
    return new Response(text, { headers: { "content-type": type, ...HEADERS } });
  }
  const response = largeAnswers.answer(new TextEncoder().encode(text), type);
  for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
  return response;
}

function help(_context: HttpContext, _request: Request, _url: string, query: number): Response {
  if (query >= 0) return noQuery();
  const facts: MetricFacts = {
    metrics: METRICS.map(({ name, type, unit, help }) => ({ name, type, unit, help })),
  };
  return json(JSON.stringify(facts), 200, NO_STORE);
}

/** The routes of metrics. */
export const METRICS_ROUTES: readonly Route[] = [
  {
    path: "/metrics",
    methods: { GET: metrics },
    observes: true,
    summary: "Metrics for Prometheus",
  },
  {
    path: "/stats/metrics",
    methods: { GET: help },
    observes: true,
    summary: "What each metric says",
  },
];
