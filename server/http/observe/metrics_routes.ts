// /metrics for Prometheus, in the format that it asks for, and /stats/metrics: what each metric says. Written metric by
// metric in the worker's slices of time. Who asks while metrics are being written shares them.

import type { MetricsFormat } from "../../contract/server.ts";
import { METRICS } from "../../observe/metrics/table.ts";
import type { MetricFacts } from "../../observe/facts/answers.ts";
import type { HttpContext, Route } from "../context.ts";
import { noQuery, observed, observedText } from "./observed_answer.ts";
import { acceptedFormat, METRICS_TYPES } from "./accepted_format.ts";

function metrics(
  context: HttpContext,
  request: Request,
  _url: string,
  query: number,
): Response | Promise<Response> {
  const refused = noQuery(query);
  if (refused !== null) return refused;
  const format = acceptedFormat(context.access.header(request, "accept"));
  const text = context.status.metricsText(format, context.slices);
  return typeof text === "string"
    ? answer(context, text, format)
    : text.then((text) => answer(context, text, format));
}

/** With very many workers or commands the text is long, and a client that does not take it must not cost more than it may. */
function answer(context: HttpContext, text: string, format: MetricsFormat): Response {
  const response = observedText(context, text, METRICS_TYPES[format]);
  response.headers.append("vary", "accept");
  return response;
}

function help(context: HttpContext, _request: Request, _url: string, query: number): Response {
  const facts: MetricFacts = {
    metrics: METRICS.map(({ name, type, unit, help }) => ({ name, type, unit, help })),
  };
  return noQuery(query) ?? observed(context, facts);
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
