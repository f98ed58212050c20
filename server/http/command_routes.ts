// The REST interface: POST / runs one command, /pipeline several, /multi-exec several as one.
// Each is decode, dispatch, answer; the client of a request is a session that ends with it.

import { errorAnswer, JsonCommandReply } from "../codecs/json_command_reply.ts";
import {
  CommandProblem,
  decodeCommand,
  decodeCommands,
  type JsonCommand,
  pushCommand,
} from "../codecs/json_command.ts";
import { Args } from "../contract/args.ts";
import type { Command, CommandContext } from "../contract/command.ts";
import { dispatch, dispatchUnknown } from "../commands/dispatch.ts";
import { findCommand } from "../commands/find.ts";
import { nextTurn } from "../commands/time_slices.ts";
import { Session } from "../contract/session.ts";
import { json, jsonOk } from "./answers.ts";
import type { HttpContext } from "./context.ts";
import type { RouteHandler } from "./json_routes.ts";
import { requestHeader } from "./request_inner.ts";

/** Commands that are about the state of a connection, which a request does not have. */
const CONNECTION_ONLY: ReadonlySet<string> = new Set([
  "MULTI",
  "EXEC",
  "DISCARD",
  "WATCH",
  "UNWATCH",
  "HELLO",
  "AUTH",
  "RESET",
  "QUIT",
]);
/** Paths whose errors are those of commands. */
const PATHS: ReadonlySet<string> = new Set(["/", "/pipeline", "/multi-exec"]);

/** Commands of one pipeline between two looks at the clock, and how long they may take in all. */
const LOOK_COMMANDS = 100;
const SLICE_MS = 10;

const encoder = new TextEncoder();
const MULTI = encoder.encode("MULTI");
const EXEC = encoder.encode("EXEC");

/** What one request of the REST interface works with; used again for later ones. */
export class CommandRunner {
  readonly args: Args = new Args();
  readonly reply: JsonCommandReply = new JsonCommandReply();
  readonly context: CommandContext;
  /** Whether the latest command was one that may take a while. */
  mayBeSlow = false;
  readonly #now: () => number;
  #session: Session;
  constructor(commands: CommandContext) {
    this.context = commands;
    this.#now = commands.cache.now;
    this.#session = commands.session;
  }

  /** Makes the client of a request, which nobody knows before and after. */
  begin(isBase64: boolean): void {
    this.#session = new Session(0, "http", "", "", this.#now(), true);
    this.reply.begin(isBase64);
  }

  /** Runs one command; its answer is on the reply. */
  async one(command: JsonCommand | CommandProblem): Promise<void> {
    const problem = this.start(command);
    if (problem !== null) await problem;
  }

  /** As `one()`, but null where the command was done at once. */
  start(command: JsonCommand | CommandProblem): Promise<void> | null {
    const { args } = this;
    this.mayBeSlow = false;
    if (command instanceof CommandProblem) return this.#refuse(command.message);
    pushCommand(command, args);
    const name = encoder.encode(command[0]);
    const found = findCommand(name, 0, name.length);
    if (found === null) return this.#unknown(name);
    if (CONNECTION_ONLY.has(found.name)) {
      return this.#refuse(`ERR ${found.name} is not possible here, POST /multi-exec for MULTI`);
    }
    this.mayBeSlow = found.isTimed;
    return this.#dispatch(found);
  }

  /** Runs one of the commands that surround a transaction. */
  mark(name: Uint8Array): Promise<void> | null {
    this.args.reset();
    return this.#dispatch(findCommand(name, 0, name.length)!);
  }

  #dispatch(command: Command): Promise<void> | null {
    const { context } = this;
    const before = context.session;
    context.session = this.#session;
    try {
      return dispatch(context, command, this.args, this.reply) ?? null;
    } finally {
      context.session = before;
    }
  }

  #unknown(name: Uint8Array): null {
    const { context } = this;
    const before = context.session;
    context.session = this.#session;
    dispatchUnknown(context, name, 0, name.length, this.args, this.reply);
    context.session = before;
    return null;
  }

  #refuse(text: string): null {
    const space = text.indexOf(" ");
    const failure = { code: text.slice(0, space), message: text.slice(space + 1) };
    this.reply.fail({ kind: "syntax", ...failure });
    return null;
  }
}

/** Whether errors of this path and method are to be in the form of command errors. */
export function isCommandRequest(method: string, url: string, path: number): boolean {
  return method === "POST" && path >= 0 && PATHS.has(url.slice(path));
}

/** An error of the server as the clients of commands read it. */
export async function asCommandError(response: Response): Promise<Response> {
  const { message } = await response.json() as { message: string };
  const headers = Object.fromEntries(response.headers);
  return json(errorAnswer(`ERR ${message}`), response.status, headers);
}

/** POST / */
export const commandRoute: RouteHandler = (context, request) =>
  read(context, request, async (body, runner) => {
    const command = decodeCommand(body);
    await runner.one(command);
    return answerOf(runner);
  });

/** POST /pipeline */
export const pipelineRoute: RouteHandler = (context, request) =>
  read(context, request, async (body, runner) => {
    const commands = decodeCommands(body);
    if (commands instanceof CommandProblem) return refused(commands.message);
    const answers: string[] = [];
    let fromMs = performance.now();
    for (const command of commands) {
      runner.reply.next();
      const pending = runner.start(command);
      if (pending !== null) await pending;
      answers.push(runner.reply.answer());
      if (!runner.mayBeSlow && answers.length % LOOK_COMMANDS !== 0) continue;
      if (performance.now() - fromMs < SLICE_MS) continue;
      // The worker has other clients, and has to show that it lives.
      await nextTurn();
      fromMs = performance.now();
    }
    return jsonOk(`[${answers.join(",")}]`);
  });

/** POST /multi-exec */
export const multiExecRoute: RouteHandler = (context, request) =>
  read(context, request, async (body, runner) => {
    const commands = decodeCommands(body);
    if (commands instanceof CommandProblem) return refused(commands.message);
    const { reply } = runner;
    await runner.mark(MULTI);
    for (const command of commands) {
      reply.next();
      await runner.one(command);
      if (reply.error === null) continue;
      return refused(`EXECABORT Transaction discarded because of: ${reply.error}`);
    }
    reply.next(true);
    await runner.mark(EXEC);
    const answer = reply.answer();
    return answer.startsWith("[") ? jsonOk(answer) : json(answer, 400);
  });

function refused(text: string): Response {
  return json(errorAnswer(text), 400);
}

function answerOf({ reply }: CommandRunner): Response {
  const { error } = reply;
  if (error === null) return jsonOk(reply.answer());
  return json(reply.answer(), error.startsWith("BUSY ") ? 503 : 400);
}

async function read(
  context: HttpContext,
  request: Request,
  work: (body: Uint8Array, runner: CommandRunner) => Promise<Response>,
): Promise<Response> {
  const isBase64 = requestHeader(request, "upstash-encoding")?.toLowerCase() === "base64";
  let isRead = false;
  const response = await context.bodies.read(request, context.commandBodyBytes, async (body) => {
    isRead = true;
    const runner = context.takeRunner();
    runner.begin(isBase64);
    const made = await work(body, runner);
    context.giveRunner(runner);
    return made;
  });
  return isRead ? response : asCommandError(response);
}
