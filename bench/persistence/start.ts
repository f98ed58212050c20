/**
 * How soon data are back: from the start of the process to the first answer, beside the start of an empty server, from a
 * snapshot, and after a kill from the log alone. Beside it redis-server with the same items from its RDB and its AOF.
 */

import { versionOf } from "../child_servers.ts";
import { askText } from "../resp/load.ts";
import { atMost, plain, type Row } from "../report.ts";
import { REDIS_BARE } from "./everysec.ts";
import { expectItems, type NumberedItems, storeItems } from "./numbered_items.ts";
import type { BenchOptions } from "./options.ts";
import { Servers } from "./servers.ts";

/** Items of 512 bytes have to be back within so much. */
const LARGE_TARGET_S = 5;
const LARGE_BYTES = 512;
const SMALL_BYTES = 100;
/** What an item takes at most besides its bytes, key included, and what a region needs besides its items. */
const ITEM_BYTES = 150;
const LEAST_MEMORY_MIB = 256;
/** Everything that redis-server logs stays in one file of commands. */
const REDIS_LOG = ["--save", "", "--appendonly", "yes", "--aof-use-rdb-preamble", "no"];
const REDIS_NO_REWRITE = ["--auto-aof-rewrite-percentage", "0"];

function memoryFor({ count, valueBytes }: NumberedItems): string {
  const mib = Math.ceil(count * (valueBytes + ITEM_BYTES) / 2 ** 20);
  return `${Math.max(LEAST_MEMORY_MIB, mib)}MiB`;
}

function folderMib(folder: string): number {
  let bytes = 0;
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}/${entry.name}`;
    bytes += entry.isDirectory ? folderMib(path) * 2 ** 20 : Deno.statSync(path).size;
  }
  return bytes / 2 ** 20;
}

/** Rows of a start that took `startMs`, of which `emptyMs` are those of an empty server. */
function rowsOfStart(what: string, items: NumberedItems, startMs: number, emptyMs: number): Row[] {
  return [
    plain(`${what}: start to first answer`, startMs / 1000, "s"),
    plain(`${what}: items loaded`, 1000 * items.count / (startMs - emptyMs), "a second", 0),
  ];
}

/** Ends slabkv with its items in each way, and starts it again. */
async function slabkvRows(
  options: BenchOptions,
  what: string,
  items: NumberedItems,
): Promise<Row[]> {
  const target = items.valueBytes === LARGE_BYTES && !options.tiny ? LARGE_TARGET_S : undefined;
  await using servers = new Servers(options);
  const folder = servers.newFolder();
  const memory = memoryFor(items);
  const setUp = {
    name: "slabkv",
    memory,
    args: ["--data-dir", folder, "--snapshot-every", "0"],
    workers: Math.min(2, navigator.hardwareConcurrency),
  };
  const first = await servers.startSlabkv(setUp);
  const held = await storeItems(first.port, items);
  await servers.end(first, "SIGKILL");
  const logMib = folderMib(folder);
  const again = await servers.startSlabkv(setUp);
  await expectItems(again.port, items, held);
  const stopMs = await servers.end(again, "SIGTERM");
  const third = await servers.startSlabkv(setUp);
  await expectItems(third.port, items, held);
  const name = `slabkv, ${what}`;
  const seconds = third.startMs / 1000;
  const [, ...loaded] = rowsOfStart(`${name} from a snapshot`, items, third.startMs, first.startMs);
  return [
    plain(`${name}: start of an empty server`, first.startMs / 1000, "s"),
    plain(`${name}: log`, logMib, "MiB", 0),
    ...rowsOfStart(`${name} from the log`, items, again.startMs, first.startMs),
    plain(`${name}: clean stop`, stopMs / 1000, "s"),
    plain(`${name}: snapshot`, folderMib(folder), "MiB", 0),
    target === undefined
      ? plain(`${name} from a snapshot: start to first answer`, seconds, "s")
      : atMost(`${name} from a snapshot: start to first answer`, seconds, target, "s"),
    ...loaded,
  ];
}

/** The same items in redis-server, from a file of commands and from its own snapshot. */
async function redisRows(
  options: BenchOptions,
  what: string,
  items: NumberedItems,
): Promise<Row[]> {
  await using servers = new Servers(options);
  const rows: Row[] = [];
  const kinds = [["AOF", [...REDIS_LOG, ...REDIS_NO_REWRITE]], ["RDB", REDIS_BARE]] as const;
  for (const [kind, args] of kinds) {
    const folder = servers.newFolder();
    const first = await servers.startRedis("Redis", folder, args);
    const held = await storeItems(first.port, items);
    if (kind === "RDB") await askText(first.port, "BGSAVE");
    while (kind === "RDB" && !await isSaved(first.port)) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await servers.end(first, "SIGTERM");
    const again = await servers.startRedis("Redis", folder, args);
    await expectItems(again.port, items, held);
    rows.push(
      ...rowsOfStart(`Redis, ${what} from its ${kind}`, items, again.startMs, first.startMs),
    );
    await servers.end(again, "SIGKILL");
  }
  return rows;
}

async function isSaved(port: number): Promise<boolean> {
  const text = await askText(port, "INFO persistence");
  return text.includes("rdb_bgsave_in_progress:0") && /^rdb_saves:[1-9]/m.test(text);
}

/** Starts with many small items, and with many of 512 bytes. */
export async function loadingRows(options: BenchOptions): Promise<Row[]> {
  const hasRedis = await versionOf("redis-server") !== undefined;
  const rows: Row[] = [];
  for (
    const [count, valueBytes] of [
      [options.itemCount, SMALL_BYTES],
      [options.largeItemCount, LARGE_BYTES],
    ] as const
  ) {
    const what = `${count} items of 16 + ${valueBytes} bytes`;
    rows.push(...await slabkvRows(options, what, { count, valueBytes }));
    if (hasRedis) rows.push(...await redisRows(options, what, { count, valueBytes }));
  }
  return rows;
}
