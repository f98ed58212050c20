// POST /snapshot: makes a snapshot and answers when it stands. For whoever runs the server, as commands
// of administration are. Main makes it; other requests go on meanwhile.

import { error, json, jsonOk } from "../answers.ts";
import { adminRefusal } from "./admin_refusal.ts";
import type { RouteHandler } from "../context.ts";

const NO_DATA_DIR = "Nothing is kept on disk. Start slabkv with --data-dir.";

/** POST /snapshot */
export const snapshotRoute: RouteHandler = async (context, request) => {
  const refused = adminRefusal(context, request);
  if (refused !== null) return refused;
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
