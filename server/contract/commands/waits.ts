// Commands that wait until others put something under a key, such as BLPOP: what such a command says of itself, and
// who lets its clients wait. Interfaces; the clients of a worker wait in commands/blocking/.

import type { Args } from "../args.ts";
import type { Failure, Reply } from "../reply.ts";

/** What became of an attempt to take something. */
export const Taken = {
  /** There is nothing to take, and nothing was answered. */
  nothing: 0,
  /** Answered: with what was taken, or a refusal. */
  answered: 1,
  /** The key holds something of another type. Nothing was answered. */
  wrongType: 2,
} as const;
/** One of the values of the constant of the same name. */
export type Taken = typeof Taken[keyof typeof Taken];

/** What a command waits for. Clients that wait for one kind do not wait for those who want another. */
export type WaitKind = "list" | "sorted set" | "stream" | "group";

/** How a command waits that runs with a `Context`. */
export interface Waiting<Context> {
  readonly kind: WaitKind;
  /** How long it waits at most in milliseconds, where 0 is for ever; or why its arguments do not say. */
  timeout(args: Args): number | Failure;
  /** Whether it waits with these arguments, where not all do. */
  readonly mayWait?: (args: Args) => boolean;
  /** Whether all that wait for a key are served when it changes: who takes leaves as much for others, or says so. */
  readonly isShared?: boolean;
  /** Which argument names the part of what is under its keys that it waits for: those who name another do not meet. */
  readonly scopeAt?: (args: Args) => number;
  /** Whether it is told when there is nothing left under its key that could be waited for. */
  readonly isToldOfEnd?: boolean;
  /** Whether it waits for all of its keys. Else it waits for the first, and the second is one that it writes to. */
  readonly awaitsAll: boolean;
  /** Why its arguments are wrong, apart from the timeout, or null. */
  problem(args: Args): Failure | null;
  /**
   * Takes something from key number `key`, which is argument `index`, and answers. That key is locked, and so is key
   * number 1 where the command writes to one.
   */
  take(context: Context, args: Args, key: number, index: number, reply: Reply): Taken;
  /** Answers inside MULTI, where nothing may wait, that there was nothing. */
  nothing(reply: Reply): void;
}

/** The clients of one worker that wait, and whose commands run with a `Context`. */
export interface Waits<Context, Command> {
  /** Whether anybody, of any worker, waits for something of this kind under the key that is argument `index`. */
  isAwaited(context: Context, kind: WaitKind, args: Args, index: number): boolean;
  /** Lets a client wait whose `command` has found nothing. Resolves when its answer is on `reply`. */
  wait(context: Context, command: Command, args: Args, reply: Reply): void | Promise<void>;
  /** Whether nobody of this worker waits. */
  readonly isEmpty: boolean;
  /** A command of this thread has run: clients of this worker that wait for what it has changed get it now. */
  hear(): void;
}
