/**
 * `slabkv export FILE`: writes all items of a server as commands of the Redis protocol, which `slabkv import`
 * and `redis-cli --pipe` take. The file appears when it is whole.
 *
 * @module
 */

import { DENO_FILE_SYSTEM } from "../../server/disk/file_system.ts";
import { DataDirExport } from "../../server/disk/loading/data_dir_export.ts";
import { amount } from "./amounts.ts";
import { AnswerReader } from "../answer_reader.ts";
import {
  type Access,
  closeConnection,
  explain,
  openConnection,
  writeBytes,
} from "../connection.ts";
import { accessOf, type ClientContext, EXIT } from "../context.ts";
import { authorizationLine, refusal } from "../exchange.ts";
import { ACCESS, DATA_DIR } from "../options.ts";
import { type ByteSink, ClientError, writeAll } from "../platform.ts";
import { progressBar, ProgressLine } from "../progress_line.ts";
import { ByteInput, FOUND } from "../../server/rdb/byte_input.ts";
import { RespReader } from "./resp_reader.ts";

const BAR_COLUMNS = 30;
/** Longer than any command of an export. */
const MAX_COMMAND_BYTES = 16 * 1024 * 1024;
const ITEMS_HEADER = "slabkv-items";
/** With one of these an item of an export begins: a string, a collection, and what only a payload can hold. */
const ITEM_BEGINS: ReadonlySet<string> = new Set(["SET", "DEL", "RESTORE"]);

/** Where an export goes. */
interface Target {
  write(bytes: Uint8Array): Promise<void>;
  /** All of it was written. */
  end(): Promise<void>;
  /** It will not be whole. */
  abandon(): Promise<void>;
}

/** Runs the command. */
export async function runExport(context: ClientContext): Promise<number> {
  const { platform, operands, values } = context;
  const path = operands[0]!;
  const dir = values.get(DATA_DIR);
  const startMs = performance.now();
  const counter = new ItemCounter();
  let loaded: DataDirExport | undefined;
  {
    await using _line = new ProgressLine(platform, (columns) => counter.line(columns));
    if (dir !== undefined) loaded = await loadDataDir(dir, counter);
    const access = await accessOf(context);
    await write(context, path, (target, interrupt) => {
      return loaded === undefined
        ? receive(access, target, counter, interrupt)
        : writeLoaded(loaded, target, counter, interrupt);
    });
  }
  const seconds = (performance.now() - startMs) / 1000;
  const { items, bytes } = counter;
  const text = values.get(ACCESS.json)
    ? `${JSON.stringify({ items, bytes, seconds: Math.round(seconds * 1000) / 1000 })}\n`
    : `Wrote ${amount(items, "item")}, ${amount(bytes, "byte")}, in ${seconds.toFixed(1)} s\n`;
  await writeAll(path === "-" ? platform.stderr : platform.stdout, text);
  const notes = loaded === undefined ? [] : notesOf(loaded);
  for (const note of notes) await writeAll(platform.stderr, `slabkv: ${note}\n`);
  return notes.length === 0 ? EXIT.ok : EXIT.miss;
}

/** Has `work` write to what the path means. Nothing is left behind where that fails, or on Ctrl-C. */
async function write(
  { platform }: ClientContext,
  path: string,
  work: (target: Target, interrupt: AbortSignal) => Promise<void>,
): Promise<void> {
  const target = path === "-" ? stdoutTarget(platform.stdout) : await fileTarget(path);
  const interrupt = new AbortController();
  const forget = platform.onInterrupt?.(() => interrupt.abort());
  try {
    await work(target, interrupt.signal);
    await target.end();
  } catch (error) {
    await target.abandon();
    if (interrupt.signal.aborted) throw new ClientError(`Interrupted: ${path} is as it was`);
    throw error instanceof WriteError ? new ClientError(error.message) : error;
  } finally {
    forget?.();
  }
}

async function loadDataDir(dir: string, counter: ItemCounter): Promise<DataDirExport> {
  try {
    return await DataDirExport.load(DENO_FILE_SYSTEM, dir, Date.now, (progress) => {
      counter.loading = progress.bytes / progress.totalBytes;
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isWhole = reason.startsWith("Cannot ");
    throw new ClientError(isWhole ? reason : `Cannot export ${dir}: ${reason}`);
  }
}

async function writeLoaded(
  loaded: DataDirExport,
  target: Target,
  counter: ItemCounter,
  interrupt: AbortSignal,
): Promise<void> {
  counter.begin(loaded.items);
  for (const piece of loaded.commands()) {
    interrupt.throwIfAborted();
    counter.add(piece);
    await target.write(piece);
  }
  counter.end();
}

/** What is to be said of a data dir whose items are not all there. */
function notesOf({ lost, tornBytes }: DataDirExport): string[] {
  const notes: string[] = [];
  if (lost > 0) notes.push(`No space was found for ${amount(lost, "item")}`);
  if (tornBytes > 0) {
    notes.push(`The end of the log is torn: ${amount(tornBytes, "byte")} left out`);
  }
  return notes;
}

/** Asks the server, and writes what comes. */
async function receive(
  access: Access,
  target: Target,
  counter: ItemCounter,
  interrupt: AbortSignal,
): Promise<void> {
  const giveUp = new AbortController();
  interrupt.addEventListener("abort", () => giveUp.abort());
  let timer = setTimeout(() => giveUp.abort(), access.timeoutMs);
  let conn: Deno.Conn | undefined;
  try {
    conn = await openConnection(access, giveUp.signal);
    await writeBytes(conn, head(access));
    const reader = new AnswerReader(conn);
    const { status, headers } = await reader.readHead();
    if (status !== 200) {
      throw refusal(access, { status, body: await reader.readBody(status, headers) });
    }
    counter.begin(Number(headers.get(ITEMS_HEADER) ?? NaN));
    for await (const piece of reader.pieces(headers)) {
      // The time is for each piece; to write it takes as long as it does.
      clearTimeout(timer);
      counter.add(piece);
      await target.write(piece);
      timer = setTimeout(() => giveUp.abort(), access.timeoutMs);
    }
    counter.end();
  } catch (error) {
    if (error instanceof WriteError) throw error;
    throw explain(access, error, giveUp.signal);
  } finally {
    clearTimeout(timer);
    if (conn !== undefined) closeConnection(conn);
  }
}

function head({ target, token }: Access): Uint8Array {
  return new TextEncoder().encode(
    `GET ${target.prefix}/export HTTP/1.1\r\nhost: ${target.authority}\r\nconnection: close\r\n` +
      `${authorizationLine(token)}\r\n`,
  );
}

/** The file cannot be written. */
class WriteError extends Error {}

function stdoutTarget(sink: ByteSink): Target {
  return {
    write: (bytes) => writeAll(sink, bytes),
    end: () => Promise.resolve(),
    abandon: () => Promise.resolve(),
  };
}

/** Writes beside the file first, so that what was there stays until all is written. */
async function fileTarget(path: string): Promise<Target> {
  // Said at once, not when all is written.
  if (await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false)) {
    throw new ClientError(`Cannot write ${path}: it is a folder`);
  }
  const beside = `${path}.tmp`;
  const orExplain = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new WriteError(`Cannot write ${path}: ${reason}`);
    }
  };
  const file = await orExplain(
    Deno.open(beside, { create: true, truncate: true, write: true, mode: 0o600 }),
  )
    .catch((error) => {
      throw new ClientError(error.message);
    });
  const sink = { write: (bytes: Uint8Array) => file.write(bytes), isTerminal: () => false };
  return {
    write: (bytes) => orExplain(writeAll(sink, bytes)),
    async end() {
      await orExplain(file.syncData());
      file.close();
      await orExplain(Deno.rename(beside, path));
    },
    async abandon() {
      try {
        file.close();
      } catch {
        // It is closed already.
      }
      await Deno.remove(beside).catch(() => {});
    },
  };
}

/** Counts the items of an export as it comes, and sees that it ends behind one. */
class ItemCounter {
  items = 0;
  bytes = 0;
  readonly #input = new ByteInput();
  readonly #reader = new RespReader(this.#input, MAX_COMMAND_BYTES, {
    leftOut() {},
    refused: () => this.items++,
  });
  readonly #reading = this.#reader.read();
  /** The share of a data dir that is loaded. */
  loading = 1;
  #total = NaN;

  /** About `total` items will come. */
  begin(total: number): void {
    this.#total = total;
  }

  add(piece: Uint8Array): void {
    this.bytes += piece.length;
    for (let rest = piece; rest.length > 0;) {
      const space = this.#input.space();
      const count = Math.min(space.length, rest.length);
      space.set(rest.subarray(0, count));
      this.#input.add(count);
      rest = rest.subarray(count);
      this.#count();
    }
  }

  end(): void {
    this.#input.hasEnded = true;
    this.#count();
    if (this.#reader.cutAt >= 0) throw new Error("the export ended inside a command");
  }

  #count(): void {
    for (;;) {
      const { done, value } = this.#reading.next();
      if (done || value !== FOUND) return;
      if (ITEM_BEGINS.has(this.#reader.name)) this.items++;
    }
  }

  line(columns: number): string {
    if (this.loading < 1 && this.bytes === 0) {
      return `${progressBar(this.loading, BAR_COLUMNS)} loading`;
    }
    const share = this.items / this.#total;
    const bar = Number.isFinite(share) ? `${progressBar(share, BAR_COLUMNS)} ` : "";
    return `${bar}${amount(this.items, "item")}`.slice(0, Math.max(0, columns - 1));
  }
}
