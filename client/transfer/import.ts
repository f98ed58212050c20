/**
 * `slabkv import FILE`: stores what is in a file of commands, an append-only file or an RDB file of Redis.
 * Shows how far it is, and says in the end what was taken in and what was not.
 *
 * @module
 */

import type { Access } from "../connection.ts";
import { accessOf, type ClientContext, EXIT } from "../context.ts";
import { exchange } from "../exchange.ts";
import { ACCESS } from "../options.ts";
import { ClientError, writeAll } from "../platform.ts";
import { progressBar, ProgressLine } from "../progress_line.ts";
import { parseObject } from "../server_commands.ts";
import { ByteInput, FormatError } from "../../server/rdb/byte_input.ts";
import { Importer } from "./importer.ts";
import { Sender } from "./sender.ts";
import { openSources, type Source } from "./sources.ts";
import { Tally } from "./tally.ts";

const BAR_COLUMNS = 30;

/** Runs the command. Exit code 1: something was left out. */
export async function runImport(context: ClientContext): Promise<number> {
  const { platform, operands, values } = context;
  const access = await accessOf(context);
  const tally = new Tally();
  const sources = await openSources(operands[0]!, platform);
  const startMs = performance.now();
  const before = await evictionsOf(access);
  let problem: unknown;
  try {
    const sender = new Sender(access, tally);
    try {
      await takeAll(context, sources, sender, tally);
    } finally {
      sender.close();
    }
  } catch (error) {
    problem = error;
  } finally {
    for (const source of sources) source[Symbol.dispose]();
  }
  const seconds = (performance.now() - startMs) / 1000;
  if (problem === undefined || tally.taken > 0) {
    tally.evicted = Math.max(0, await evictionsOf(access) - before) || 0;
    const isJson = values.get(ACCESS.json);
    await writeAll(platform.stdout, isJson ? `${tally.json(seconds)}\n` : tally.text(seconds));
  }
  if (problem !== undefined) throw problem;
  return tally.isComplete ? EXIT.ok : EXIT.miss;
}

/** How many items the server has evicted so far; NaN where it does not say. */
async function evictionsOf(access: Access): Promise<number> {
  try {
    const { status, body } = await exchange(access, { method: "GET", path: "/stats" });
    const { evictions } = parseObject(new TextDecoder().decode(body), access.target.url);
    return status === 200 && typeof evictions === "number" ? evictions : NaN;
  } catch {
    // Whether it can be reached, the import will say.
    return NaN;
  }
}

async function takeAll(
  { platform }: ClientContext,
  sources: readonly Source[],
  sender: Sender,
  tally: Tally,
): Promise<void> {
  const importer = new Importer(sender, tally, Date.now);
  const progress = new ImportProgress(sources, tally);
  await using _line = new ProgressLine(platform, (columns) => progress.line(columns));
  for (const [index, source] of sources.entries()) {
    const input = new ByteInput();
    progress.begin(input);
    try {
      await importer.take(source, input, index === sources.length - 1 ? "mayBeCut" : "mustBeWhole");
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      // What came before is whole, and taken in.
      await importer.finish();
      const { message, position } = error;
      throw new ClientError(`Cannot import ${source.name} from byte ${position} on: ${message}`);
    }
  }
  await importer.finish();
}

/** How far an import is. */
class ImportProgress {
  readonly #tally: Tally;
  readonly #size: number;
  #before = 0;
  #input: ByteInput | undefined;
  #last = { taken: 0, ms: performance.now() };

  constructor(sources: readonly Source[], tally: Tally) {
    this.#tally = tally;
    this.#size = sources.reduce((sum, { size }) => sum + (size ?? NaN), 0);
  }

  /** Another source begins. */
  begin(input: ByteInput): void {
    this.#before += this.#input?.position ?? 0;
    this.#input = input;
  }

  line(columns: number): string {
    const nowMs = performance.now();
    const { taken } = this.#tally;
    const perSecond = (taken - this.#last.taken) / Math.max(1, nowMs - this.#last.ms) * 1000;
    this.#last = { taken, ms: nowMs };
    const share = (this.#before + (this.#input?.position ?? 0)) / this.#size;
    const bar = Number.isFinite(share) ? `${progressBar(share, BAR_COLUMNS)} ` : "";
    const text = `${bar}${taken.toLocaleString("en-US")} taken in, ` +
      `${Math.round(perSecond).toLocaleString("en-US")}/s`;
    return text.slice(0, Math.max(0, columns - 1));
  }
}
