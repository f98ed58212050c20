/**
 * What commands on collections make of the states of keys: a state's value is the collection as text, in one
 * way only, so that two states are the same if their texts are. Knows no server and no writer.
 */

import type { KeyState } from "./journal.ts";

/** The types that there are, by the names that TYPE answers. */
export type Type = "list" | "set" | "hash" | "zset";

/** States of keys by their names. */
export type States = Map<string, KeyState>;

/** Members; of hashes and sorted sets each has a value or a score behind it. */
type Members = string[];

/** The text of a collection; null for an empty one, which is not there. */
export function textOf(type: Type, members: readonly string[]): string | null {
  if (members.length === 0) return null;
  return `${type} ${JSON.stringify(ordered(type, members))}`;
}

function ordered(type: Type, members: readonly string[]): readonly string[] {
  if (type === "list") return members;
  if (type === "set") return members.toSorted();
  return pairsOf(members)
    .sort(([a, x], [b, y]) => type === "zset" && x !== y ? Number(x) - Number(y) : a < b ? -1 : 1)
    .flat();
}

function pairsOf(members: readonly string[]): [string, string][] {
  return Array.from(
    { length: members.length / 2 },
    (_, i) => [members[2 * i]!, members[2 * i + 1]!],
  );
}

/** The members under a key, as the last text has them. */
export function membersOf(states: States, key: string): Members {
  const state = states.get(key);
  return state ? JSON.parse(state.value.slice(state.value.indexOf(" "))) : [];
}

/** Stores members under a key, whose deadline stays if it is there. */
export function store(states: States, key: string, type: Type, members: readonly string[]): void {
  const value = textOf(type, members);
  const deadlineMs = states.get(key)?.deadlineMs ?? 0;
  states.set(key, value === null ? null : { value, deadlineMs });
}

/** Adds members to a set. */
export function addToSet(states: States, key: string, members: readonly string[]): void {
  store(states, key, "set", [...new Set([...membersOf(states, key), ...members])]);
}

/** Removes members from a set. Returns those that were there. */
export function removeFromSet(states: States, key: string, members: readonly string[]): Members {
  const gone = new Set(members);
  const before = membersOf(states, key);
  store(states, key, "set", before.filter((member) => !gone.has(member)));
  return before.filter((member) => gone.has(member));
}

/** Gives fields values, or members scores. */
export function assign(
  states: States,
  key: string,
  type: "hash" | "zset",
  pairs: readonly (readonly [string, string])[],
): void {
  const all = new Map([...pairsOf(membersOf(states, key)), ...pairs]);
  store(states, key, type, [...all].flat());
}

/** Removes fields, or members. */
export function unassign(
  states: States,
  key: string,
  type: "hash" | "zset",
  names: readonly string[],
): void {
  const all = new Map(pairsOf(membersOf(states, key)));
  for (const name of names) all.delete(name);
  store(states, key, type, [...all].flat());
}

/** Adds to a number, which is 0 where there is none. */
export function increase(
  states: States,
  key: string,
  type: "hash" | "zset",
  name: string,
  by: number,
): void {
  const all = new Map(pairsOf(membersOf(states, key)));
  assign(states, key, type, [[name, String(Number(all.get(name) ?? 0) + by)]]);
}

/** Changes bytes of a string from an offset on; what is before it and not there is zeros. */
export function writeAt(states: States, key: string, at: number | null, text: string): void {
  const state = states.get(key);
  const before = state?.value ?? "";
  const offset = at ?? before.length;
  const value = before.slice(0, offset).padEnd(offset, "\0") + text +
    before.slice(offset + text.length);
  states.set(key, { value, deadlineMs: state?.deadlineMs ?? 0 });
}

/** What a stream has and remembers. */
export interface StreamState {
  lastId: string;
  maxDeletedId: string;
  added: number;
  /** Each an id and the fields and values. */
  entries: (readonly [id: string, fields: readonly string[]])[];
}

/** The text of a stream, which may be empty. */
export function streamText({ lastId, maxDeletedId, added, entries }: StreamState): string {
  return `stream ${JSON.stringify([lastId, maxDeletedId, added, entries])}`;
}

/** Adds an entry, whose id is the largest, to a stream; with `most` only so many entries are left. */
export function addEntry(
  states: States,
  key: string,
  entry: StreamState["entries"][0],
  most: number,
): void {
  const none: StreamState = { lastId: "", maxDeletedId: "0-0", added: 0, entries: [] };
  const { maxDeletedId, added, entries } = streamOf(states, key) ?? none;
  const all = [...entries, entry].slice(-most);
  storeStream(states, key, { lastId: entry[0], maxDeletedId, added: added + 1, entries: all });
}

/** Removes entries by their ids, which are numbers with a sequence of 0. */
export function removeEntries(states: States, key: string, ids: readonly number[]): void {
  const stream = streamOf(states, key);
  if (stream === undefined) return;
  const gone = stream.entries.map(([id]) => parseInt(id)).filter((id) => ids.includes(id));
  const most = Math.max(parseInt(stream.maxDeletedId), ...gone);
  storeStream(states, key, {
    ...stream,
    maxDeletedId: `${most}-0`,
    entries: stream.entries.filter(([id]) => !gone.includes(parseInt(id))),
  });
}

/** Leaves so many of the last entries. */
export function trimEntries(states: States, key: string, most: number): void {
  const stream = streamOf(states, key);
  if (stream !== undefined) {
    storeStream(states, key, { ...stream, entries: stream.entries.slice(-most) });
  }
}

function streamOf(states: States, key: string): StreamState | undefined {
  const text = states.get(key)?.value;
  if (text === undefined) return undefined;
  const [lastId, maxDeletedId, added, entries] = JSON.parse(text.slice(text.indexOf(" ")));
  return { lastId, maxDeletedId, added, entries };
}

function storeStream(states: States, key: string, stream: StreamState): void {
  const deadlineMs = states.get(key)?.deadlineMs ?? 0;
  states.set(key, { value: streamText(stream), deadlineMs });
}
