// What clients wait for under a key: things of a kind, or of these only those of a part of what is there, such as a group
// of a stream. Who waits for one does not meet who waits for another. Knows no key.

import type { WaitTickets } from "../../../cache/mod.ts";
import type { Args } from "../../contract/args.ts";
import type { Waiting, WaitKind } from "../../contract/commands/waits.ts";
import { sameBytes } from "../../contract/same_bytes.ts";

/** Bits that tell the prints of kinds apart, above those of a database's number. */
const KIND_BITS: Readonly<Record<WaitKind, number>> = {
  "list": 0,
  "sorted set": 1 << 16,
  "stream": 1 << 17,
  "group": 1 << 18,
};

/** All that is under a key. */
export const NO_SCOPE: Uint8Array = new Uint8Array();

/** What is waited for. */
export interface WaitObject {
  readonly kind: WaitKind;
  /** The name of the part, or {@linkcode NO_SCOPE}. */
  readonly scope: Uint8Array;
}

/** What a command with these arguments waits for. */
export function objectOf<Context>({ kind, scopeAt }: Waiting<Context>, args: Args): WaitObject {
  return { kind, scope: scopeAt === undefined ? NO_SCOPE : args.copyOf(scopeAt(args)) };
}

/** Whether both are the same. */
export function isSameObject(a: WaitObject, b: WaitObject): boolean {
  const { length } = a.scope;
  return a.kind === b.kind && length === b.scope.length &&
    sameBytes(a.scope, 0, b.scope, 0, length);
}

/** What the tickets know this by, under a key of `length` bytes from `start`. */
export function waitPrint(
  tickets: WaitTickets,
  { kind, scope }: WaitObject,
  database: number,
  bytes: Uint8Array,
  start: number,
  length: number,
): number {
  const print = tickets.printOf(bytes, start, length, database | KIND_BITS[kind]);
  return scope.length === 0 ? print : tickets.printOf(scope, 0, scope.length, print);
}
