// Answers that take time. Inside EXEC they are refused, since locks are held there. A failure on the
// way becomes an answer too, since no other code would handle it.

import { messageOf } from "../contract/error_text.ts";
import type { Reply } from "../contract/reply.ts";
import type { CommandContext } from "../contract/command.ts";
import { ServerRefusal } from "../contract/server.ts";
import type { Session } from "../contract/session.ts";
import { nextTurn } from "../contract/time_slices.ts";
import { busyFailure, NO_MEMORY, NOT_IN_MULTI, refused } from "./failures.ts";
import { tellKeyEvents } from "./notifications/onlookers.ts";

/** What a command that takes its time holds: its context, promises, and what it has read of arguments. */
const DEFERRED_BYTES = 8 * 1024;
/** How long a script, or an EXEC with one, waits for locks that others have in each turn of the event loop. */
const MAX_LOCK_MS = 1000;

/**
 * Carries out `work`, which makes one outcome on `reply`. Other commands may run meanwhile, so `work`
 * must not read the arguments after its first await. It may return for how many milliseconds it has
 * worked beside what it did at once, where that is long. Meanwhile it holds `heldBytes` of its client's memory.
 */
export function later(
  context: CommandContext,
  reply: Reply,
  work: () => Promise<number | void>,
  heldBytes = DEFERRED_BYTES,
): void | Promise<number | void> {
  if (context.isAtomic) return reply.fail(NOT_IN_MULTI);
  const { session } = context;
  if (!session.tryTake(heldBytes)) return reply.fail(NO_MEMORY);
  return work().catch((error) => {
    reply.fail(refused(messageOf(error), error instanceof ServerRefusal ? error.code : "ERR"));
    return undefined;
  }).finally(() => session.tryTake(-heldBytes));
}

/**
 * Calls `step` until it returns true, in slices of the worker's time, and then `answer`. Resolves, if
 * that took more than one slice, with how many milliseconds went by in the others.
 */
export function inSlices(
  context: CommandContext,
  reply: Reply,
  step: () => boolean,
  answer: () => void,
): void | Promise<number | void> {
  let workedMs = 0;
  const running = context.server.slices.run(() => {
    const fromMs = performance.now();
    const isDone = step();
    workedMs += performance.now() - fromMs;
    return isDone;
  });
  if (running === null) return answer();
  const atOnceMs = workedMs;
  // Only here may it answer: where there is no memory to wait, the refusal is the answer.
  return later(context, reply, async () => {
    await running;
    answer();
    return workedMs - atOnceMs;
  });
}

/**
 * Calls `attempt` when `prepare` has resolved, then once in each turn of the event loop until it returns true: it has
 * answered, or there is nothing to answer. That is false where a lock was not to be had: with locks held it cannot
 * wait. After a second of that the answer is that others have them. Resolves with how many milliseconds all attempts took.
 */
export function attemptLater(
  context: CommandContext,
  reply: Reply,
  prepare: () => Promise<void>,
  attempt: () => boolean,
  heldBytes?: number,
): void | Promise<number | void> {
  const { session } = context;
  return later(context, reply, async () => {
    const untilMs = performance.now() + MAX_LOCK_MS;
    await prepare();
    for (let workedMs = 0;;) {
      const fromMs = performance.now();
      const isOver = resumed(context, session, attempt);
      const nowMs = performance.now();
      workedMs += nowMs - fromMs;
      if (!isOver && nowMs >= untilMs) reply.fail(busyFailure(context));
      if (isOver || nowMs >= untilMs) return workedMs;
      await nextTurn();
    }
  }, heldBytes);
}

/** Makes an attempt for a client whose command has waited. */
function resumed(context: CommandContext, session: Session, attempt: () => boolean): boolean {
  const before = context.session;
  context.session = session;
  context.resume();
  try {
    const isOver = attempt();
    if (isOver) tellKeyEvents(context);
    return isOver;
  } finally {
    context.session = before;
  }
}
