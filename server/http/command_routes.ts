// The REST interface: POST / runs one command, /pipeline several, /multi-exec several as one.
// Each is decode, dispatch, answer.

import { errorAnswer, type JsonCommandReply } from "../codecs/json_command_reply.ts";
import {
  CommandProblem,
  decodeCommand,
  decodeCommands,
  decodePathCommand,
  type JsonCommand,
} from "../codecs/json_command.ts";
import { type JsonParts, partsOf } from "../codecs/json_checks.ts";
import type { TimeSlices } from "../contract/time_slices.ts";
import { NOT_DURABLE } from "../commands/failures.ts";
import { findCommand } from "../commands/find.ts";
import { whenOnDisk } from "../commands/server/slow_runs.ts";
import type { Command } from "../contract/command.ts";
import { error, json, methodNotAllowed } from "./answers.ts";
import type { CommandRunner } from "./command_runner.ts";
import { isNoBrowser, mayAdministerByPage, mayChangeByPage } from "./admin/own_page.ts";
import type { HttpContext, RouteHandler } from "./context.ts";
import { eventRoute, isEventCommand } from "./events/event_routes.ts";
import { LARGE_BYTES } from "./large_answers.ts";
import { RestOrigin } from "./request_access.ts";

/**
 * What a client is to send with its next request, so that it reads what it has written. Here every
 * request sees all that were answered before it, so that one word does for all.
 */
const SYNC_HEADERS = { "upstash-sync-token": "slabkv" } as const;
const OK_INIT: ResponseInit = { headers: { "content-type": "application/json", ...SYNC_HEADERS } };

/** Paths whose errors are those of commands. */
const PATHS: ReadonlySet<string> = new Set(["/", "/pipeline", "/multi-exec"]);

/** Commands of one pipeline, or bytes that they have worked on, between two looks at the clock. */
const LOOK_COMMANDS = 100;
const LOOK_BYTES = 64 * 1024;
/** Work of up to so many milliseconds is nobody else's affair. */
const LIGHT_MS = 0.25;
/**
 * Most milliseconds of a worker's time for one pipeline. Deno 2.9 does not notice that a client goes
 * whose body did not come with its head, so its commands may be run for nobody.
 */
const MAX_PIPELINE_MS = 3000;

/** What the commands of a pipeline answer that come when there is no memory left. */
const NO_MEMORY = "ERR too much memory is in use for answers, try again";
/** What those answer that come when the pipeline has had its time. */
const NO_TIME = "ERR pipeline has taken too long, send fewer commands at a time";

/** More than the longest name of a command. */
const MAX_NAME_CHARS = 64;

const NO_WRITE =
  "Scripts and commands that change something come by POST, or by GET from no browser.";

const encoder = new TextEncoder();
const MULTI = encoder.encode("MULTI");
const EXEC = encoder.encode("EXEC");

/** Whether errors of this path and method are to be in the form of command errors. */
export function isCommandRequest(method: string, url: string, path: number): boolean {
  return method === "POST" && path >= 0 && PATHS.has(url.slice(path));
}

/** An error of the server as the clients of commands read it, with the code that it begins with. */
export async function asCommandError(response: Response, code = "ERR"): Promise<Response> {
  const { message } = await response.json() as { message: string };
  const headers = Object.fromEntries(response.headers);
  return json(errorAnswer(`${code} ${message}`), response.status, { ...headers, ...SYNC_HEADERS });
}

/** POST / */
export const commandRoute: RouteHandler = (context, request) =>
  read(context, request, (body, runner, parts) => {
    return one(context, runner, () => decodeCommand(body, parts));
  });

async function one(
  context: HttpContext,
  runner: CommandRunner,
  decode: () => JsonCommand | CommandProblem,
): Promise<Response> {
  const { reply } = runner;
  const { slices } = context;
  const fromMs = performance.now();
  const pending = runner.start(decode());
  const ms = performance.now() - fromMs;
  // Short commands are nobody else's affair, however many there are.
  if (ms > LIGHT_MS) slices.spend(ms);
  if (pending !== null) await pending;
  reply.finish();
  const problem = reply.error;
  if (problem === null) return sent(context, reply);
  return json(reply.answer(), statusOf(problem), SYNC_HEADERS);
}

/** The status of an error by its text: 503 where the same may be carried out a little later. */
function statusOf(problem: string): number {
  return /^(BUSY|MISCONF) |^EXECABORT .*: MISCONF /.test(problem) ? 503 : 400;
}

/** The command that a path such as /set/foo/bar names, or null. */
export function commandOfPath(url: string, path: number): Command | null {
  const [name = ""] = url.slice(path + 1, path + 1 + MAX_NAME_CHARS).split(/[/?#]/, 1);
  const bytes = encoder.encode(name);
  return findCommand(bytes, 0, bytes.length);
}

/** GET /set/foo/bar and POST /set/foo with the value as body */
export function pathCommandRoute(
  context: HttpContext,
  request: Request,
  url: string,
  start: number,
  found: Command,
): Promise<Response> {
  const { method } = request;
  if (method !== "POST") {
    if (method !== "GET" && method !== "HEAD") return asCommandError(methodNotAllowed("GET, POST"));
    // Whoever asks with HEAD, and a page that has the browser load a picture, change nothing.
    const mayWrite = method === "GET" &&
      (context.config.token !== undefined || isNoBrowser(context.access, request));
    if (isByPost(found) && !mayWrite) return asCommandError(error(403, NO_WRITE));
  }
  if (isEventCommand(found.name)) return eventRoute(context, request, url, start, found.name);
  const hash = url.indexOf("#", start);
  const [path = "", ...query] = url.slice(start + 1, hash < 0 ? url.length : hash).split("?");
  return read(context, request, (body, runner) => {
    return one(context, runner, () => decodePathCommand(path, query.join("?"), body));
  });
}

/** These change no key, but tell others something, take or forget scripts, or work for as long as their sender likes. */
const ALSO_BY_POST: ReadonlySet<string> = new Set(
  ["PUBLISH", "SPUBLISH", "SCRIPT", "EVAL_RO", "EVALSHA_RO"],
);

/** Whether no page of another site may have its browser ask for a command, as for a picture. */
function isByPost({ name, flags }: Command): boolean {
  return flags.includes("write") || ALSO_BY_POST.has(name);
}

/** POST /pipeline */
export const pipelineRoute: RouteHandler = (context, request) =>
  read(context, request, async (body, runner, parts) => {
    const { slices } = context;
    const commands = slices.counted(() => decodeCommands(body, parts));
    if (commands instanceof CommandProblem) return refused(commands.message);
    await runPipeline(runner, commands, slices);
    return sent(context, runner.reply);
  });

/** Runs commands in turns, until the client has gone. Their answers are on the reply. */
async function runPipeline(
  runner: CommandRunner,
  commands: readonly (JsonCommand | CommandProblem)[],
  slices: TimeSlices,
): Promise<void> {
  const { reply } = runner;
  reply.beginList();
  await slices.turn();
  let fromMs = performance.now();
  let lookedBytes = 0;
  let spentMs = 0;
  for (let i = 0; i < commands.length && !runner.hasLeft; i++) {
    reply.next();
    if (spentMs > MAX_PIPELINE_MS) runner.refuse(NO_TIME);
    else if (runner.hasMemory) {
      const pending = runner.start(commands[i]!);
      if (pending !== null) await pending;
    } else runner.refuse(NO_MEMORY);
    reply.keep();
    const isMuch = runner.workedBytes - lookedBytes > LOOK_BYTES;
    if (!runner.mayBeSlow && !isMuch && i % LOOK_COMMANDS !== 0) continue;
    lookedBytes = runner.workedBytes;
    const ms = performance.now() - fromMs;
    if (!slices.isOverAfter(ms)) continue;
    // The worker has other clients, and has to show that it lives.
    slices.spend(ms);
    spentMs += ms;
    runner.watchClient();
    await slices.turn();
    fromMs = performance.now();
  }
  slices.spend(performance.now() - fromMs);
  reply.finishList();
}

/** POST /multi-exec */
export const multiExecRoute: RouteHandler = (context, request) =>
  read(context, request, async (body, runner, parts) => {
    const { slices } = context;
    // It does not wait for a turn: it is bounded, and Deno would read on meanwhile.
    const fromMs = performance.now();
    try {
      return await runTransaction(context, runner, decodeCommands(body, parts));
    } finally {
      slices.spend(performance.now() - fromMs);
    }
  });

async function runTransaction(
  context: HttpContext,
  runner: CommandRunner,
  commands: readonly (JsonCommand | CommandProblem)[] | CommandProblem,
): Promise<Response> {
  if (commands instanceof CommandProblem) return refused(commands.message);
  const { reply } = runner;
  await runner.mark(MULTI);
  for (const command of commands) {
    reply.next();
    await runner.one(command);
    if (reply.error === null) continue;
    if (reply.error.startsWith("OOM ")) return asCommandError(context.bodies.refuse());
    return refused(`EXECABORT Transaction discarded because of: ${reply.error}`);
  }
  reply.next(true);
  await runner.mark(EXEC);
  reply.finish();
  const problem = reply.error;
  return reply.isFailed
    ? json(reply.answer(), problem === null ? 400 : statusOf(problem), SYNC_HEADERS)
    : sent(context, reply);
}

/** A finished answer; a large one goes out bit by bit. */
function sent(context: HttpContext, reply: JsonCommandReply): Response | Promise<Response> {
  if (reply.length <= LARGE_BYTES) return new Response(reply.answer(), OK_INIT);
  const response = context.largeAnswers.answer(reply.release(), "application/json");
  if (!response.ok) return asCommandError(response);
  response.headers.set("upstash-sync-token", SYNC_HEADERS["upstash-sync-token"]);
  return response;
}

function refused(text: string): Response {
  return json(errorAnswer(text), statusOf(text), SYNC_HEADERS);
}

/** Whether a request that has been let in may give commands of administration. */
export function mayAdminister(context: HttpContext, request: Request): boolean {
  const { config } = context;
  if (config.token === undefined && !config.allowAdmin) return false;
  return isNoBrowser(context.access, request) || mayAdministerByPage(context, request);
}

/** The answer to all commands, once what they have changed is on the disk; or the error that it is not. */
async function whenDurable(
  context: HttpContext,
  runner: CommandRunner,
  answer: Response,
): Promise<Response> {
  const { durability } = context;
  if (durability === null || !runner.hasWritten) return answer;
  const isDurable = await whenOnDisk(durability.wait(), context.server.slow, runner.asker);
  if (isDurable) return answer;
  context.noteNotDurable();
  await answer.body?.cancel();
  return json(errorAnswer(`${NOT_DURABLE.code} ${NOT_DURABLE.message}`), 503, SYNC_HEADERS);
}

async function read(
  context: HttpContext,
  request: Request,
  work: (body: Uint8Array, runner: CommandRunner, parts: JsonParts) => Promise<Response>,
): Promise<Response> {
  const isBase64 = context.access.header(request, "upstash-encoding")?.toLowerCase() === "base64";
  let isRead = false;
  const response = await context.bodies.read(request, context.commandBodyBytes, async (body) => {
    const runner = context.runners.take();
    try {
      const isBegun = runner.begin(
        isBase64,
        mayAdminister(context, request),
        mayChangeByPage(context, request),
        () => request.signal,
        new RestOrigin(context.access, request),
      );
      const parts = partsOf(body);
      if (!isBegun || !runner.hold(body.length, parts.count)) {
        return context.bodies.refuse();
      }
      isRead = true;
      return await whenDurable(context, runner, await work(body, runner, parts));
    } finally {
      runner.end();
      context.runners.give(runner);
    }
  });
  return isRead ? response : asCommandError(response);
}
