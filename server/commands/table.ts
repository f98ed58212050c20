// The command table: one row per command. Dispatch, docs and metric labels derive from it.
// A new command is a function in this folder and a row in one of the rows.ts; see ARCHITECTURE.md.

import type { Command } from "../contract/command.ts";
import { COMMAND_GROUPS } from "../contract/commands/command_kinds.ts";
import { BIT_ROWS } from "./bits/rows.ts";
import { GEO_ROWS } from "./geo/rows.ts";
import { BLOCKING_ROWS } from "./blocking/rows.ts";
import { HASH_ROWS } from "./hashes/rows.ts";
import { KEY_ROWS } from "./keys/rows.ts";
import { LIST_ROWS } from "./lists/rows.ts";
import { MESSAGE_ROWS } from "./messages/rows.ts";
import { SCRIPT_ROWS } from "./scripts/rows.ts";
import { SERVER_ROWS } from "./server/rows.ts";
import { SET_ROWS } from "./sets/rows.ts";
import { SORTED_SET_ROWS } from "./sorted_sets/rows.ts";
import { SKETCH_ROWS } from "./sketches/rows.ts";
import { STREAM_GROUP_ROWS } from "./stream_groups/rows.ts";
import { STREAM_ROWS } from "./streams/rows.ts";
import { STRING_ROWS } from "./strings/rows.ts";
import { getAgain, getMetaAgain } from "./strings/values.ts";

/** Every command. */
export const COMMANDS: readonly Command[] = [
  ...STRING_ROWS,
  ...KEY_ROWS,
  ...BIT_ROWS,
  ...HASH_ROWS,
  ...LIST_ROWS,
  ...BLOCKING_ROWS,
  ...SET_ROWS,
  ...SORTED_SET_ROWS,
  ...STREAM_ROWS,
  ...STREAM_GROUP_ROWS,
  ...GEO_ROWS,
  ...SKETCH_ROWS,
  ...MESSAGE_ROWS,
  ...SCRIPT_ROWS,
  ...SERVER_ROWS,
].map((row, id) => ({
  ...row,
  id,
  groupNumber: COMMAND_GROUPS.indexOf(row.group),
  isWrite: row.flags.includes("write"),
  isTimed: row.keys === null || row.keys.many,
}));

/** The command of this name. Throws RangeError if there is none. */
export function commandOf(name: string): Command {
  const found = COMMANDS.find((command) => command.name === name);
  if (found === undefined) throw new RangeError(`Cannot find command ${name}`);
  return found;
}

/** The commands that routes name in their code. */
export const GET: Command = commandOf("GET");
export const GETMETA: Command = commandOf("GETMETA");
export const SET: Command = commandOf("SET");
export const DEL: Command = commandOf("DEL");
export const INCRBY: Command = commandOf("INCRBY");
export const MGET: Command = commandOf("MGET");
export const MPUT: Command = commandOf("MPUT");

/** What is not in the table: the second try of a request that has been counted. */
type SecondTry = Command & { readonly isAgain: true };
/** GET and GETMETA for requests that have counted as a hit already. */
export const GET_AGAIN: SecondTry = { ...GET, run: getAgain, isAgain: true };
export const GETMETA_AGAIN: SecondTry = { ...GETMETA, run: getMetaAgain, isAgain: true };
