// Rows of the command table: streams and their entries.
// See command.ts for the fields of a row.

import { type CommandRow, MAX_ARGUMENTS, oneKeyRows, row } from "../../contract/command.ts";
import { STREAM_KEYS } from "../../contract/keys/found_keys.ts";
import { type KeyPlaces, ONE_KEY } from "../../contract/keys/key_places.ts";
import { withSubcommands } from "../subcommands.ts";
import { xadd } from "./add.ts";
import { xdel, xsetid } from "./changes.ts";
import { xinfo } from "./info.ts";
import { xlen, xrange, xrevrange } from "./ranges.ts";
import { STREAM_READ, xread } from "./reads.ts";
import { xtrim } from "./trimming.ts";

const MAX = MAX_ARGUMENTS;
/** Behind the subcommand. */
const SECOND_KEY: KeyPlaces = { first: 1, many: true, step: 1, most: 1 };
const quick = oneKeyRows("stream");

/** The rows of the group "stream". */
export const STREAM_ROWS: readonly CommandRow[] = [
  quick("XADD", 4, MAX, "write", "Adds an entry to a stream", xadd),
  quick("XLEN", 1, 1, "read", "The number of entries of a stream", xlen),
  row("XRANGE", [3, MAX], ["read"], "stream", ONE_KEY, "Entries between two ids", xrange),
  row(
    "XREVRANGE",
    [3, MAX],
    ["read"],
    "stream",
    ONE_KEY,
    "Entries between two ids, the last first",
    xrevrange,
  ),
  {
    ...row(
      "XREAD",
      [3, MAX],
      ["read"],
      "stream",
      STREAM_KEYS,
      "Entries of streams behind given ids, or waits until there are some",
      xread,
    ),
    waiting: STREAM_READ,
  },
  quick("XDEL", 2, MAX, "write", "Removes entries of a stream by their ids", xdel),
  row(
    "XTRIM",
    [3, MAX],
    ["write"],
    "stream",
    ONE_KEY,
    "Removes the first entries of a stream, up to a number or an id",
    xtrim,
  ),
  withSubcommands(row(
    "XINFO",
    [1, MAX],
    ["read"],
    "stream",
    SECOND_KEY,
    "Tells what a stream has, its groups or their consumers",
    xinfo,
  )),
  quick("XSETID", 2, MAX, "write", "Sets what a stream remembers as its last id", xsetid),
];
