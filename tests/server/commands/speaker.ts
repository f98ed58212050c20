// Talks to the command layer as a connection does, without a socket: words in, an answer in the
// notation of notation.ts out. Several speakers of one cache are several clients.

import { Args } from "../../../server/contract/args.ts";
import { RespReply } from "../../../server/codecs/resp_reply.ts";
import { CommandContext } from "../../../server/contract/command.ts";
import { dispatch, dispatchUnknown } from "../../../server/commands/dispatch.ts";
import { findCommand } from "../../../server/commands/find.ts";
import { COMMANDS } from "../../../server/commands/table.ts";
import { WorkerWatch } from "../../../server/changes/watch.ts";
import type { ServerCache } from "../../../server/contract/counters.ts";
import { Refusals } from "../../../server/contract/command_stats.ts";
import { ScriptRunner } from "../../../server/commands/scripts/script_runner.ts";
import { LocalServer } from "../../../server/process/local_server.ts";
import { Session } from "../../../server/contract/session.ts";
import { configOf, NOW_MS } from "../fixture.ts";
import { readAnswer, wordsOf } from "./notation.ts";

let lastId = 0;
/** What runs the scripts of each server. */
const RUNNERS = new WeakMap<LocalServer, ScriptRunner>();

function scriptsOf(cache: ServerCache, server: LocalServer): ScriptRunner {
  const runner = RUNNERS.get(server) ??
    new ScriptRunner(cache, server.scripts, server.config.scriptTimeMs, () => {});
  RUNNERS.set(server, runner);
  return runner;
}

/** One client. */
export class Speaker {
  readonly session: Session;
  readonly context: CommandContext;
  readonly #reply = new RespReply();

  constructor(
    cache: ServerCache,
    server = new LocalServer(configOf(), NOW_MS),
    isAuthenticated = true,
    protocol: 2 | 3 = 2,
  ) {
    server.watch ??= new WorkerWatch(cache.region, cache.actor);
    this.session = new Session(++lastId, "resp", "a:1", "b:2", NOW_MS, isAuthenticated);
    this.session.push = () => {};
    this.context = new CommandContext(cache, server, COMMANDS, this.session);
    this.context.scripts = scriptsOf(cache, server);
    const { session } = this;
    this.session.protocol = protocol;
    // Whatever it says with HELLO, its answers are read in the form that they have from the start.
    this.#reply.peer = {
      protocol,
      way: session.way,
      get running() {
        return session.running;
      },
    };
    this.#reply.failures = new Refusals(cache.region, cache.actor, server.stats);
  }

  /** Sends the words of a line; resolves with the answer. */
  async say(line: string): Promise<string> {
    await this.run(line);
    return this.answer();
  }

  /** Starts a command; most are done when this returns. */
  run(line: string): void | Promise<void> {
    return this.runWords(wordsOf(line));
  }

  /** Starts the command of these words. */
  runWords([name, ...words]: readonly Uint8Array[]): void | Promise<void> {
    const args = new Args();
    for (const word of words) args.pushBytes(word, 0, word.length);
    const reply = this.#reply;
    reply.reset();
    reply.begin();
    const command = findCommand(name!, 0, name!.length);
    if (command !== null) {
      const done = dispatch(this.context, command, args, reply);
      this.context.waits?.hear();
      return done;
    }
    dispatchUnknown(this.context, name!, 0, name!.length, args, reply);
  }

  /** The answer to the command that has run. */
  answer(): string {
    return this.answerAs(readAnswer).text;
  }

  /** What `read` makes of it, and that is all of it. */
  answerAs<T extends { readonly end: number }>(
    read: (bytes: Uint8Array, at: number) => T | null,
  ): T {
    const { bytes, used } = this.#reply;
    const found = read(bytes.subarray(0, used), 0);
    if (found === null || found.end !== used) throw new Error("not one answer");
    return found;
  }
}
