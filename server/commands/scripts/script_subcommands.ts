// SCRIPT LOAD, EXISTS, FLUSH, KILL, DEBUG, HELP. What is loaded is known by all workers before that is answered. Knows
// neither locks nor how scripts run.

import type { Args } from "../../contract/args.ts";
import type { CommandContext } from "../../contract/command.ts";
import type { Reply } from "../../contract/reply.ts";
import type { ScriptShare } from "../../contract/scripts/script_share.ts";
import { tokenOf } from "../argument_text.ts";
import { later } from "../deferred_answer.ts";
import { refused } from "../failures.ts";
import { answerHelp } from "../help.ts";
import { copyOfArguments } from "./kept_arguments.ts";
import type { LuaScripts } from "./lua_scripts.ts";
import { killScripts } from "./script_time.ts";

const HELP = [
  "DEBUG (YES|SYNC|NO)",
  "    NO: there is no debugger.",
  "EXISTS <sha1> [<sha1> ...]",
  "    Which of these scripts are known.",
  "FLUSH [ASYNC|SYNC]",
  "    Forgets all scripts.",
  "KILL",
  "    Ends the script at work, where it has written nothing.",
  "LOAD <script>",
  "    Makes a script known, and does not run it.",
];
const BAD_FLUSH = refused("SCRIPT FLUSH only support SYNC|ASYNC option");
const BAD_DEBUG = refused("Use SCRIPT DEBUG YES/SYNC/NO");
const NO_DEBUGGER = refused("scripts cannot be debugged here");
const NOTHING_RUNS = refused("No scripts in execution right now.", "NOTBUSY");
const UNKILLABLE = refused(
  "Sorry the script already executed write commands against the dataset. You can either wait the script " +
    "termination or kill the server in a hard way using the SHUTDOWN NOSAVE command.",
  "UNKILLABLE",
);

/** What the subcommands need of what runs scripts. */
export interface SubcommandRunner {
  readonly share: ScriptShare;
  readonly isReady: boolean;
  prepare(): Promise<void>;
  /** Scripts as the machine has them, once it is ready. */
  readonly scripts: LuaScripts;
}

type Answer = void | Promise<number | void>;
type Subcommand = (
  runner: SubcommandRunner,
  context: CommandContext,
  args: Args,
  reply: Reply,
) => Answer;

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  HELP: (_runner, _context, _args, reply) => answerHelp("SCRIPT", HELP, reply),
  LOAD: load,
  EXISTS: exists,
  FLUSH: flush,
  KILL: (_runner, { cache }, _args, reply) => {
    const killed = killScripts(cache.region);
    if (killed === "killed") reply.ok();
    else reply.fail(killed === "written" ? UNKILLABLE : NOTHING_RUNS);
  },
  DEBUG: (_runner, _context, args, reply) => {
    const mode = tokenOf(args, 1);
    if (mode === "NO") reply.ok();
    else reply.fail(mode === "YES" || mode === "SYNC" ? NO_DEBUGGER : BAD_DEBUG);
  },
};

/** SCRIPT subcommand [argument ...], of which the number of arguments is right. */
export function scriptCommand(
  runner: SubcommandRunner,
  context: CommandContext,
  args: Args,
  reply: Reply,
): Answer {
  return SUBCOMMANDS[tokenOf(args, 0)]!(runner, context, args, reply);
}

function load(runner: SubcommandRunner, context: CommandContext, args: Args, reply: Reply): Answer {
  const { share } = runner;
  const known = share.cache.findText(args, 1);
  // One that this worker knows others know as well, or were told of.
  if (known !== undefined) return reply.text(known.sha);
  const source = args.copyOf(1);
  const loaded = () => runner.scripts.prepare(source);
  if (context.isAtomic) {
    const prepared = loaded();
    if ("message" in prepared) return reply.fail(prepared);
    void share.tell(prepared.script);
    return reply.text(prepared.script.sha);
  }
  return later(context, reply, async () => {
    if (!runner.isReady) await runner.prepare();
    const prepared = loaded();
    if ("message" in prepared) return reply.fail(prepared);
    await share.tell(prepared.script);
    reply.text(prepared.script.sha);
  }, source.length);
}

function exists(
  { share }: SubcommandRunner,
  context: CommandContext,
  args: Args,
  reply: Reply,
): Answer {
  const answer = (asked: Args) => {
    reply.array(asked.count - 1);
    for (let i = 1; i < asked.count; i++) {
      reply.integer(share.cache.findSha(asked, i) === undefined ? 0 : 1);
    }
  };
  if (share.synced === null || context.isAtomic) return answer(args);
  const kept = copyOfArguments(args);
  return later(context, reply, async () => {
    await share.synced;
    answer(kept);
  }, kept.bytes.length);
}

function flush(
  { share }: SubcommandRunner,
  context: CommandContext,
  args: Args,
  reply: Reply,
): Answer {
  const mode = args.count === 2 ? tokenOf(args, 1) : "SYNC";
  if (args.count > 2 || mode !== "SYNC" && mode !== "ASYNC") return reply.fail(BAD_FLUSH);
  if (context.isAtomic) {
    share.cache.clear();
    void share.flush();
    return reply.ok();
  }
  return later(context, reply, async () => {
    await share.flush();
    reply.ok();
  });
}
