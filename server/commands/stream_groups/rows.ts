// Rows of the command table: consumer groups of streams. See command.ts for the fields of a row; XINFO, which tells of
// groups, too, is with the streams.

import { type CommandRow, MAX_ARGUMENTS, oneKeyRows, row } from "../../contract/command.ts";
import { STREAM_KEYS } from "../../contract/keys/found_keys.ts";
import { type KeyPlaces, ONE_KEY } from "../../contract/keys/key_places.ts";
import { withSubcommands } from "../subcommands.ts";
import { xack } from "./acks.ts";
import { xautoclaim } from "./autoclaim.ts";
import { xgroup } from "./changes.ts";
import { xclaim } from "./claims.ts";
import { xpending } from "./pending_lists.ts";
import { GROUP_READ, xreadgroup } from "./reads.ts";

const MAX = MAX_ARGUMENTS;
/** The key follows the name of the subcommand. */
const SECOND: KeyPlaces = { first: 1, many: false, step: 1 };
const quick = oneKeyRows("stream");

/** The rows of the group "stream" that are about consumer groups. */
export const STREAM_GROUP_ROWS: readonly CommandRow[] = [
  withSubcommands(
    row(
      "XGROUP",
      [1, MAX],
      ["write"],
      "stream",
      SECOND,
      "Makes, moves and destroys consumer groups of a stream, and their consumers",
      xgroup,
    ),
  ),
  {
    ...row(
      "XREADGROUP",
      [6, MAX],
      ["write"],
      "stream",
      STREAM_KEYS,
      "Delivers entries of streams to a consumer of a group, or waits until there are some",
      xreadgroup,
    ),
    waiting: GROUP_READ,
  },
  quick("XACK", 3, MAX, "write", "Notes that entries which a group has delivered are done", xack),
  row(
    "XPENDING",
    [2, MAX],
    ["read"],
    "stream",
    ONE_KEY,
    "What a group has delivered that is not acknowledged",
    xpending,
  ),
  quick("XCLAIM", 5, MAX, "write", "Makes pending entries another consumer's", xclaim),
  quick("XAUTOCLAIM", 5, MAX, "write", "Claims what has been pending for long", xautoclaim),
];
