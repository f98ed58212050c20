// Commands about what is kept on disk: SAVE, BGSAVE, BGREWRITEAOF, LASTSAVE and SHUTDOWN. A snapshot is
// what all of the first three make here; they differ in what they wait for and say. Main makes it.

import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import type { SnapshotAnswer, SnapshotQuestion } from "../../contract/server.ts";
import { PersistenceStatus } from "../../contract/persistence/persistence_status.ts";
import { NO_PERSISTENCE, refused, SYNTAX } from "../failures.ts";
import { later } from "../deferred_answer.ts";
import { tokenOf } from "../argument_text.ts";

/** What Redis says of a snapshot, by what becomes of it. */
interface Words {
  readonly started: string;
  readonly scheduled: string;
  readonly running: string;
  readonly otherRunning: string;
}

const SAVE_WORDS: Words = {
  started: "Background saving started",
  scheduled: "Background saving scheduled",
  running: "Background save already in progress",
  otherRunning:
    "Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in order to schedule " +
    "a BGSAVE whenever possible.",
};

const REWRITE_WORDS: Words = {
  started: "Background append only file rewriting started",
  scheduled: "Background append only file rewriting scheduled",
  running: "Background append only file rewriting already in progress",
  otherRunning: "Background append only file rewriting already in progress",
};

/** SAVE: answers when the snapshot stands. Other clients are served meanwhile, unlike in Redis. */
export function save(
  context: CommandContext,
  _args: Args,
  reply: Reply,
): void | Promise<number | void> {
  return make(context, { how: "save" }, SAVE_WORDS, reply);
}

/** BGSAVE [SCHEDULE]: answers when the snapshot has begun. */
export function backgroundSave(
  context: CommandContext,
  args: Args,
  reply: Reply,
): void | Promise<number | void> {
  const mayWait = args.count === 1 && tokenOf(args, 0) === "SCHEDULE";
  if (args.count > 0 && !mayWait) return reply.fail(SYNTAX);
  return make(context, { how: "background", mayWait }, SAVE_WORDS, reply);
}

/** BGREWRITEAOF: a snapshot is what makes the log short. */
export function rewrite(
  context: CommandContext,
  _args: Args,
  reply: Reply,
): void | Promise<number | void> {
  return make(context, { how: "rewrite" }, REWRITE_WORDS, reply);
}

function make(
  context: CommandContext,
  question: SnapshotQuestion,
  words: Words,
  reply: Reply,
): void | Promise<number | void> {
  const { server, isAtomic } = context;
  const { how } = question;
  if (server.config.dataDir === undefined) return reply.fail(NO_PERSISTENCE);
  // Redis too begins only when the transaction has ended.
  if (isAtomic && (how === "background" || how === "rewrite")) {
    server.snapshotSoon();
    return reply.status(words.scheduled);
  }
  return later(context, reply, async () => tell(await server.snapshot(question), words, reply));
}

function tell(answer: SnapshotAnswer, words: Words, reply: Reply): void {
  const { outcome } = answer;
  if (outcome === "done") reply.ok();
  else if (outcome === "failed") reply.fail(refused(`Cannot make a snapshot: ${answer.why}`));
  else if (outcome === "started" || outcome === "scheduled") reply.status(words[outcome]);
  else reply.fail(refused(words[outcome]));
}

/** LASTSAVE: when the latest snapshot was made; before the first one the start, as in Redis. */
export function lastsave({ cache, server }: CommandContext, _args: Args, reply: Reply): void {
  const status = new PersistenceStatus(cache.region);
  reply.integer(status.get("lastSave") || Math.floor(server.startedMs / 1000));
}

const SHUTDOWN_WORDS: readonly string[] = ["SAVE", "NOSAVE", "NOW", "FORCE", "ABORT"];

/**
 * SHUTDOWN [SAVE | NOSAVE] [NOW] [FORCE]: ends the process as SIGTERM does. NOSAVE: without a snapshot;
 * the log is synced all the same, so nothing is lost.
 */
export function shutdown({ server, session }: CommandContext, args: Args, reply: Reply): void {
  const words = Array.from({ length: args.count }, (_, i) => tokenOf(args, i));
  const isAbort = words.includes("ABORT");
  const isRight = words.every((word) => SHUTDOWN_WORDS.includes(word)) &&
    !(words.includes("SAVE") && words.includes("NOSAVE")) && !(isAbort && words.length > 1);
  if (!isRight) return reply.fail(SYNTAX);
  if (isAbort) return reply.fail(refused("No shutdown in progress."));
  if (words.includes("SAVE") && server.config.dataDir === undefined) {
    return reply.fail(NO_PERSISTENCE);
  }
  session.afterReply = "close";
  server.shutdown(!words.includes("NOSAVE"));
  reply.ok();
}
