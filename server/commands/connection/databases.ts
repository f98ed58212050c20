// SELECT and SWAPDB: which database a client means, and what its number means for all clients. Commands find
// their keys in the database of the session without knowing of it.

import { swapDatabasesLocked } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Failure, Reply } from "../../contract/reply.ts";
import type { Session } from "../../contract/session.ts";
import { databaseAt, namedDatabaseAt, NO_SUCH_DATABASE } from "../database_argument.ts";
import { BUSY, refused } from "../failures.ts";

const HTTP_HAS_ONE = refused(
  "requests over HTTP are about database 0, use RESP to SELECT another one",
);

/** SELECT database: which one the client's next commands are about. */
export function select({ session }: CommandContext, args: Args, reply: Reply): void {
  const database = selected(session, args);
  if (typeof database !== "number") return reply.fail(database);
  session.database = database;
  reply.ok();
}

/** The database that a SELECT would choose, or why it would be refused. */
export function selected(session: Session, args: Args): number | Failure {
  const database = databaseAt(args, 0);
  return database !== 0 && typeof database === "number" && session.transport === "http"
    ? HTTP_HAS_ONE
    : database;
}

/** SWAPDB database database: each has what the other had, at once and for all clients. */
export function swapdb(context: CommandContext, args: Args, reply: Reply): void {
  const { cache, holdsAll } = context;
  const first = namedDatabaseAt(args, 0, "first");
  const second = namedDatabaseAt(args, 1, "second");
  // Redis reads both before it looks at either.
  for (const failure of [first, second]) {
    if (typeof failure !== "number" && failure !== NO_SUCH_DATABASE) return reply.fail(failure);
  }
  if (typeof first !== "number" || typeof second !== "number") return reply.fail(NO_SUCH_DATABASE);
  const work = { runLocked: () => swapDatabasesLocked(cache, first, second) };
  if (holdsAll) work.runLocked();
  else if (!cache.withAllShards(work)) return reply.fail(BUSY);
  reply.ok();
}
