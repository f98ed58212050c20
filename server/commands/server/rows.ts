// Rows of the command table: connections, transactions, and the server itself.
// See command.ts for the fields of a row.

import { config, lolwut, slowlog, time } from "./admin.ts";
import { client } from "../connection/client.ts";
import {
  type CommandFlag,
  type CommandGroup,
  type CommandRow,
  MAX_ARGUMENTS,
  row,
} from "../../contract/command.ts";
import { MANY_KEYS } from "../../contract/keys/key_places.ts";
import { command } from "./command_info.ts";
import { auth, echo, hello, ping, quit, reset } from "../connection/connection.ts";
import { select, swapdb } from "../connection/databases.ts";
import { debug } from "./debug.ts";
import { monitor } from "../notifications/monitor.ts";
import { functions } from "./functions.ts";
import { latency } from "./latency.ts";
import { modules } from "./modules.ts";
import { replicaOf, role, wait, waitAof } from "./replicas.ts";
import { backgroundSave, lastsave, rewrite, save, shutdown } from "./saving.ts";
import { acl } from "./users.ts";
import { info } from "./info.ts";
import { withSubcommands } from "../subcommands.ts";
import { discard, exec, multi, unwatch, watch } from "../connection/transactions.ts";

/** The rows of connections, transactions and the server. */
export const SERVER_ROWS: readonly CommandRow[] = [
  connection("PING", 0, MAX_ARGUMENTS, ["fast"], "Answers PONG, or the message", ping),
  connection("ECHO", 1, 1, ["fast"], "Answers the message", echo),
  connection(
    "HELLO",
    0,
    MAX_ARGUMENTS,
    ["fast", "noauth", "nomulti", "noslowlog"],
    "Chooses the version of the protocol and tells about the server",
    hello,
  ),
  connection(
    "AUTH",
    1,
    MAX_ARGUMENTS,
    ["fast", "noauth", "noslowlog"],
    "Proves that the client may run commands",
    auth,
  ),
  connection("SELECT", 1, 1, ["fast"], "Chooses one of the databases 0 to 15", select),
  connection(
    "QUIT",
    0,
    MAX_ARGUMENTS,
    ["fast", "noauth", "immediate"],
    "Ends the connection",
    quit,
  ),
  connection(
    "RESET",
    0,
    0,
    ["fast", "noauth", "immediate"],
    "Makes the connection as it was when it came",
    reset,
  ),
  withSubcommands(connection(
    "CLIENT",
    1,
    MAX_ARGUMENTS,
    ["admin"],
    "Names, lists and ends connections",
    client,
  )),
  transaction("MULTI", 0, ["fast", "immediate"], "Begins to queue commands for EXEC", multi),
  transaction("EXEC", 0, ["immediate"], "Runs all queued commands as one", exec),
  transaction("DISCARD", 0, ["fast", "immediate"], "Forgets all queued commands", discard),
  transaction("UNWATCH", 0, ["fast"], "Forgets all watched keys", unwatch),
  row(
    "WATCH",
    [1, MAX_ARGUMENTS],
    ["read", "fast", "immediate"],
    "transactions",
    MANY_KEYS,
    "Lets EXEC run only if these keys have not changed",
    watch,
  ),
  withSubcommands(
    server("CONFIG", 1, MAX_ARGUMENTS, ["admin"], "Reads and sets options", config),
  ),
  server("SAVE", 0, 0, ["admin", "nomulti"], "Makes a snapshot, and answers when it stands", save),
  server("BGSAVE", 0, MAX_ARGUMENTS, ["admin"], "Begins to make a snapshot", backgroundSave),
  server("BGREWRITEAOF", 0, 0, ["admin"], "The same: a snapshot makes the log short", rewrite),
  server("LASTSAVE", 0, 0, ["fast"], "Returns when the latest snapshot was made", lastsave),
  server("TIME", 0, 0, ["fast"], "Returns the time in seconds and microseconds", time),
  withSubcommands(server(
    "LATENCY",
    1,
    MAX_ARGUMENTS,
    ["admin"],
    "Tells what took long, and how long commands take",
    latency,
  )),
  withSubcommands(
    server("SLOWLOG", 1, MAX_ARGUMENTS, ["admin"], "Returns the commands that took long", slowlog),
  ),
  server("MONITOR", 0, 0, ["admin"], "Shows the commands of all clients as they run", monitor),
  server(
    "SHUTDOWN",
    0,
    MAX_ARGUMENTS,
    ["admin", "nomulti"],
    "Ends the server in order, with a snapshot or without",
    shutdown,
  ),
  server(
    "DEBUG",
    1,
    MAX_ARGUMENTS,
    ["admin"],
    "What test harnesses send: SLEEP, PROTOCOL and others",
    debug,
  ),
  withSubcommands(server("ACL", 1, MAX_ARGUMENTS, ["admin"], "Tells about the one user", acl)),
  withSubcommands(
    server(
      "MODULE",
      1,
      MAX_ARGUMENTS,
      ["admin"],
      "Tells about modules, of which there are none",
      modules,
    ),
  ),
  server("WAIT", 2, 2, [], "Returns 0: there are no replicas", wait),
  server("WAITAOF", 3, 3, [], "Returns 0 twice: there are no replicas and no file", waitAof),
  server("REPLICAOF", 2, 2, ["admin"], "NO ONE: this server is no replica", replicaOf),
  server("SLAVEOF", 2, 2, ["admin"], "An older name of REPLICAOF", replicaOf),
  server("ROLE", 0, 0, ["fast"], "Returns master: there are no replicas", role),
  server("LOLWUT", 0, MAX_ARGUMENTS, ["fast"], "Returns the version", lolwut),
  withSubcommands(row(
    "FUNCTION",
    [1, MAX_ARGUMENTS],
    [],
    "scripting",
    null,
    "Tells about functions, of which there are none",
    functions,
  )),
  server(
    "SWAPDB",
    2,
    2,
    ["write", "fast", "keyspace"],
    "Exchanges two databases for all clients at once",
    swapdb,
  ),
  server("INFO", 0, MAX_ARGUMENTS, [], "Tells about the server in sections", info),
  withSubcommands(server("COMMAND", 0, MAX_ARGUMENTS, [], "Tells about the commands", command)),
];

type Run = CommandRow["run"];
type Flags = readonly CommandFlag[];

function connection(
  name: string,
  min: number,
  max: number,
  flags: Flags,
  summary: string,
  run: Run,
) {
  return keyless(name, min, max, flags, "connection", summary, run);
}

function transaction(name: string, count: number, flags: Flags, summary: string, run: Run) {
  return keyless(name, count, count, flags, "transactions", summary, run);
}

function server(name: string, min: number, max: number, flags: Flags, summary: string, run: Run) {
  return keyless(name, min, max, flags, "server", summary, run);
}

function keyless(
  name: string,
  min: number,
  max: number,
  flags: Flags,
  group: CommandGroup,
  summary: string,
  run: Run,
): CommandRow {
  return row(name, [min, max], flags, group, null, summary, run);
}
