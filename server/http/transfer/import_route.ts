// POST /import: runs the commands of a body in the Redis protocol, for `slabkv import`. The answer says how
// many are done. Where that is not all, trying again with the others helps (503) or does not (400).

import type { TimeSlices } from "../../contract/time_slices.ts";
import { error, json, RETRY } from "../answers.ts";
import { adminRefusal } from "../admin/admin_refusal.ts";
import type { HttpContext, RouteHandler } from "../context.ts";
import { NOT_DURABLE_MESSAGE } from "../refusals.ts";
import type { ImportRunner } from "./import_runner.ts";

/** Commands between two looks at the clock. */
const LOOK_COMMANDS = 32;
/** Most milliseconds of a worker's time for one body: its client may have gone. */
const MAX_IMPORT_MS = 3000;
const TOO_LONG = "Commands have taken too long. Send those that are left.";

/** POST /import?database=0 */
export const importRoute: RouteHandler = (context, request, url, query) => {
  const refused = adminRefusal(context, request);
  if (refused !== null) return refused;
  const match = /^(?:database=(-?\d{1,9}))?$/.exec(query < 0 ? "" : url.slice(query));
  if (match === null) {
    return error(400, 'Query string is not known. Send "database=" and a number, or none.');
  }
  const database = Number(match[1] ?? 0);
  return context.bodies.read(request, context.importBodyBytes, async (body) => {
    const runner = context.imports.take();
    try {
      runner.begin(body, database);
      return await answered(context, runner);
    } finally {
      runner.end();
      context.imports.give(runner);
    }
  });
};

async function answered(context: HttpContext, runner: ImportRunner): Promise<Response> {
  const { durability } = context;
  const commits = durability?.commits;
  const isDone = await runAll(runner, context.slices);
  const isDurable = durability === null || durability.commits === commits ||
    await durability.wait();
  const { done, stored, failed, errors, skipped, passing, unreadable } = runner;
  const counts = { done, stored, failed, skipped: Object.fromEntries(skipped), errors };
  const text = (message: string) => JSON.stringify({ ...counts, message });
  if (unreadable !== "") return json(text(`Body cannot be read: ${unreadable}.`), 400);
  if (passing !== null) return json(text(`${passing.code} ${passing.message}`), 503, RETRY);
  if (!isDurable) {
    context.noteNotDurable();
    return json(text(NOT_DURABLE_MESSAGE), 503);
  }
  return isDone ? json(JSON.stringify(counts), 200) : json(text(TOO_LONG), 503, RETRY);
}

/** Runs the commands in turns with the worker's other work. Returns false where they took too long. */
async function runAll(runner: ImportRunner, slices: TimeSlices): Promise<boolean> {
  await slices.turn();
  let fromMs = performance.now();
  let spentMs = 0;
  for (let i = 1;; i++) {
    const goesOn = runner.step();
    if (typeof goesOn !== "boolean") {
      if (!await goesOn) break;
    } else if (!goesOn) break;
    if (i % LOOK_COMMANDS !== 0) continue;
    const ms = performance.now() - fromMs;
    if (!slices.isOverAfter(ms)) continue;
    slices.spend(ms);
    spentMs += ms;
    if (spentMs > MAX_IMPORT_MS) return !runner.hasMore;
    await slices.turn();
    fromMs = performance.now();
  }
  slices.spend(performance.now() - fromMs);
  return true;
}
