// The REST interface: POST / runs one command, /pipeline several, /multi-exec several as one.
// Each is decode, dispatch, answer.

import { errorAnswer } from "../codecs/json_command_reply.ts";
import { CommandProblem, decodeCommand, decodeCommands } from "../codecs/json_command.ts";
import { nextTurn } from "../contract/time_slices.ts";
import { json, jsonOk } from "./answers.ts";
import type { CommandRunner } from "./command_runner.ts";
import type { HttpContext, RouteHandler } from "./context.ts";

/** Paths whose errors are those of commands. */
const PATHS: ReadonlySet<string> = new Set(["/", "/pipeline", "/multi-exec"]);

/** What browsers send of their own accord and pages cannot leave out. */
const BROWSER_HEADERS = ["origin", "sec-fetch-site", "sec-fetch-mode"];

/** Commands of one pipeline between two looks at the clock, and how long they may take in all. */
const LOOK_COMMANDS = 100;
const SLICE_MS = 10;

const encoder = new TextEncoder();
const MULTI = encoder.encode("MULTI");
const EXEC = encoder.encode("EXEC");

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

/** Whether a request that has been let in may give commands of administration. */
function mayAdminister({ config, access }: HttpContext, request: Request): boolean {
  if (config.token === undefined && !config.allowAdmin) return false;
  return BROWSER_HEADERS.every((name) => access.header(request, name) === null);
}

async function read(
  context: HttpContext,
  request: Request,
  work: (body: Uint8Array, runner: CommandRunner) => Promise<Response>,
): Promise<Response> {
  const isBase64 = context.access.header(request, "upstash-encoding")?.toLowerCase() === "base64";
  let isRead = false;
  const response = await context.bodies.read(request, context.commandBodyBytes, async (body) => {
    isRead = true;
    const runner = context.runners.take();
    runner.begin(isBase64, mayAdminister(context, request), () => request.signal);
    const made = await work(body, runner);
    context.runners.give(runner);
    return made;
  });
  return isRead ? response : asCommandError(response);
}
