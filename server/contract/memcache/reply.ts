// What the commands of memcached's clients can answer besides what all commands can, as calls. How it is written
// down depends on the style of the request, which the codec knows.

import type { Args } from "../args.ts";
import type { Reply } from "../reply.ts";

/** How a command has ended that answers no value. */
export const Result = {
  stored: 0,
  notStored: 1,
  exists: 2,
  notFound: 3,
  deleted: 4,
  touched: 5,
  ok: 6,
  /** A value is no number. */
  notNumber: 7,
  tooLarge: 8,
  /** A number was made or changed; the answer has no value. */
  changed: 9,
} as const;
/** One of the values of the constant of the same name. */
export type Result = typeof Result[keyof typeof Result];

/** How me calls whether an item has been asked for. */
export const FETCHED = "fetch";

/** What is known of an item that is answered. One for each worker. */
export class ItemFacts {
  valueBytes = 0;
  clientFlags = 0;
  version = 0;
  /** Seconds that are left, or -1 for ever. */
  secondsLeft = -1;
  /** Seconds since it was last asked for. */
  idleSeconds = 0;
  /** Whether it has been asked for before. */
  isFetched = false;
  isStale = false;
  /** Whether somebody is at work to store it anew, and whether that is who asks now. */
  hasWinner = false;
  isWon = false;
}

/** Where such a command puts its outcome. */
export interface MemcacheReply extends Reply {
  /** Begins the answer with the item of the first argument. Returns where in `bytes` its value goes, if it is wanted. */
  item(args: Args, facts: ItemFacts): number;
  /** The value is there. */
  itemEnd(): void;
  /** There is no such item. */
  noItem(args: Args | null): void;
  /** Answers how the command on the first argument ended; `version` is that of the item now, or 0. */
  result(result: Result, args: Args, version: number): void;
  /** Answers a number that was changed, or was made since there was none. */
  number(value: bigint, args: Args, facts: ItemFacts, isNew: boolean): void;
  /** Facts about an item for people, as me has them. */
  debug(args: Args, facts: ItemFacts): void;
  /** One line of statistics. */
  stat(name: string, value: string): void;
  /** All lines of statistics are there. */
  statEnd(): void;
  /** Answers what the request says. */
  refuse(error: string): void;
  /** The token is right. */
  accepted(): void;
  /** The token is wrong, or there is none (`isOpen`), so that nobody can show it. */
  denied(isOpen: boolean): void;
  /** The answer comes later, when the worker's request is another one. */
  detach(): void;
}
