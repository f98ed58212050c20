// POST /snapshot: makes a snapshot and answers when it stands. For whoever runs the server, as commands
// of administration are. Main makes it; other requests go on meanwhile.

import { error, json, jsonOk } from "../answers.ts";
import { mayAdminister } from "../command_routes.ts";
import type { RouteHandler } from "../context.ts";

/** The refusal of administration to those who may not. */
export const NO_ADMINISTRATION =
  "Administration over HTTP needs --admin or --token, and never comes from a browser. " +
  "Start slabkv with one of them.";
const NO_DATA_DIR = "Nothing is kept on disk. Start slabkv with --data-dir.";

/** POST /snapshot */
export const snapshotRoute: RouteHandler = async (context, request) => {
  if (!mayAdminister(context, request)) return error(403, NO_ADMINISTRATION);
  const { server } = context;
  if (server.config.dataDir === undefined) return error(409, NO_DATA_DIR);
  const answer = await server.snapshot({ how: "wait" });
  if (answer.outcome === "done") {
    const { items, bytes, seconds } = answer.summary;
    return jsonOk(JSON.stringify({ status: "OK", items, bytes, seconds }));
  }
  const why = answer.outcome === "failed" ? answer.why : "one is being made";
  const message = `Snapshot failed, what was there before still is: ${why}. See the server's log.`;
  return json(JSON.stringify({ status: "ERROR", message }), 503);
};
