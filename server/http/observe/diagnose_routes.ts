// The route that says what is wrong with the server and what to do, and its row: as JSON, or as sentences for whoever
// asks for text. What it says is made in server/observe/diagnosis.

import { accepts } from "@std/http";
import { diagnosisText } from "../../observe/diagnosis/diagnose.ts";
import type { Route, RouteHandler } from "../context.ts";
import { withShort } from "../dashboard/short_headers.ts";
import { noQuery, observed, OBSERVED_HEADERS } from "./observed_answer.ts";

const TEXT = "text/plain";
/** The first of them is the answer to who takes anything. */
const TYPES = ["application/json", TEXT];

/** GET /diagnose */
const diagnoseRoute: RouteHandler = async (context, request, _url, query) => {
  const refused = noQuery(query);
  if (refused !== null) return refused;
  const diagnosis = await context.observation.diagnoser.diagnosis();
  const isText = accepts(withShort(request, "accept"), ...TYPES) === TEXT;
  const response = isText
    ? new Response(diagnosisText(diagnosis), {
      headers: { "content-type": `${TEXT}; charset=utf-8`, ...OBSERVED_HEADERS },
    })
    : observed(context, diagnosis);
  response.headers.append("vary", "accept");
  return response;
};

/** The row. */
export const DIAGNOSE_ROUTES: readonly Route[] = [
  {
    path: "/diagnose",
    methods: { GET: diagnoseRoute },
    observes: true,
    summary: "What is wrong with the server and what to do, in sentences with figures",
  },
];
