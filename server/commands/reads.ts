// Notes the keys that a command is about to read, for clients with tracking. Keys are noted before they
// are read, so that no change in between is missed. Does not know how clients are told.

import type { Args } from "../contract/args.ts";
import type { Command, CommandContext } from "../contract/command.ts";
import { placeKeys } from "../contract/keys/key_places.ts";
import type { Tracking } from "../contract/tracking.ts";
import { tokenOf } from "./argument_text.ts";
import { cachingProblem } from "./connection/client_tracking.ts";

/** Has `tracking` remember the keys that `command` reads, or those that an EXEC will read. */
export function rememberReads(
  context: CommandContext,
  tracking: Tracking,
  command: Command,
  args: Args,
): void {
  const { transaction } = context.session;
  if (command.name !== "EXEC" || transaction === null) {
    return rememberKeys(context, tracking, command, args);
  }
  const { queuedArgs } = context;
  let isEvery = false;
  for (const id of transaction.queued(queuedArgs)) {
    const queued = context.commands[id]!;
    const word = queued.name === "CLIENT" ? tokenOf(queuedArgs, 0) : "";
    // What is said inside a transaction is about the rest of it.
    if (word === "CACHING" && cachingProblem(tracking, queuedArgs) === null) {
      tracking.isCaching = true;
    }
    // Another mode may follow, and to be told too much does no harm.
    if (word === "TRACKING") isEvery = true;
    rememberKeys(context, tracking, queued, queuedArgs, isEvery);
  }
}

/** Has `tracking` remember `count` arguments from `first` on, which are keys that a script may read. */
export function rememberArguments(
  { cache }: CommandContext,
  tracking: Tracking,
  { bytes, starts, lengths }: Args,
  first: number,
  count: number,
): void {
  if (!remembers(tracking)) return;
  for (let i = first; i < first + count; i++) {
    const hash = cache.hash(bytes, starts[i]!, lengths[i]!);
    tracking.remember(hash, bytes, starts[i]!, lengths[i]!);
  }
}

/** Whether what the next command reads is remembered. */
function remembers({ options: { mode }, isCaching }: Tracking): boolean {
  return mode === "all" || isCaching === (mode === "optin");
}

/** Has `tracking` remember the keys that `command` reads, where its mode says so or `isEvery`. */
export function rememberKeys(
  context: CommandContext,
  tracking: Tracking,
  { name, keys, flags }: Command,
  args: Args,
  isEvery = false,
): void {
  // WATCH looks at keys, but tells the client nothing of their values.
  if (keys === null || !flags.includes("read") || name === "WATCH") return;
  if (!isEvery && !remembers(tracking)) return;
  context.reserveHashes(args.count);
  const { cache, keyIndexes } = context;
  const keyCount = placeKeys(keys, args, keyIndexes);
  for (let key = 0; key < keyCount; key++) {
    const i = keyIndexes[key]!;
    const hash = cache.hash(args.bytes, args.starts[i]!, args.lengths[i]!);
    tracking.remember(hash, args.bytes, args.starts[i]!, args.lengths[i]!);
  }
}

/** CLIENT CACHING was about the command that has run, or about a transaction that is over. */
export function endCaching({ session }: CommandContext, command: Command | null): void {
  const { tracking, transaction } = session;
  if (tracking === null || transaction !== null && transaction.isOpen) return;
  if (command?.name !== "CLIENT") tracking.isCaching = false;
}
