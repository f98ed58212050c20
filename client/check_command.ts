/**
 * The command `check`: verifies a data dir without a server, and prints what was found: as lines for
 * people, or as one object.
 *
 * @module
 */

import { holderPhrase } from "../server/disk/dir_lock.ts";
import { DENO_FILE_SYSTEM } from "../server/disk/file_system.ts";
import { checkDataDir, type CheckedFile, type CheckReport } from "../server/disk/reading/check.ts";
import { DamageError } from "../server/disk/reading/damage.ts";
import { amount, grouped } from "./transfer/amounts.ts";
import { type ClientContext, EXIT } from "./context.ts";
import { ACCESS } from "./options.ts";
import { ClientError, type ClientPlatform, writeAll } from "./platform.ts";
import { progressBar, ProgressLine } from "./progress_line.ts";

const MAX_BAR_COLUMNS = 60;
const BESIDE_BAR_COLUMNS = 9;

/** `check`: a line for each file and a summary; exit code 1 on damage, or where nothing is. */
export async function check({ platform, operands, values }: ClientContext): Promise<number> {
  const dir = operands[0]!;
  let report: CheckReport;
  try {
    report = await checkWithProgress(dir, platform);
  } catch (error) {
    if (!(error instanceof DamageError)) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ClientError(`Cannot check ${dir}: ${reason}`);
    }
    await writeAll(platform.stdout, `${error.message}\n`);
    return EXIT.miss;
  }
  const text = values.get(ACCESS.json) ? `${JSON.stringify(report)}\n` : reportText(report);
  await writeAll(platform.stdout, text);
  // Who checks backups is to hear of it where there is nothing in them.
  return report.damageCount > 0 || report.files.length === 0 ? EXIT.miss : EXIT.ok;
}

async function checkWithProgress(dir: string, platform: ClientPlatform): Promise<CheckReport> {
  let share = 0;
  await using _line = new ProgressLine(platform, (columns) => {
    return progressBar(share, Math.min(MAX_BAR_COLUMNS, Math.max(0, columns - BESIDE_BAR_COLUMNS)));
  });
  return await checkDataDir(DENO_FILE_SYSTEM, dir, (bytes, ofBytes) => {
    share = ofBytes === 0 ? 1 : bytes / ofBytes;
  });
}

/** Writes a report for people, a newline at the end of each line. */
export function reportText(report: CheckReport): string {
  const { dir, files, ignored, damageCount, bytes, user } = report;
  const lines = files.flatMap((file) => fileLines(file, dir));
  lines.push(...ignored);
  if (user !== false) {
    const who = holderPhrase(user === true ? undefined : user);
    lines.push(`In use: ${who}. What it is just writing may look torn`);
  }
  const used = files.filter(({ verdict }) => verdict !== "unused").length;
  const verdict = damageCount > 0
    ? `damage in ${
      amount(damageCount, "place")
    }: restore a backup, or start with --recover to go on without what is lost`
    : files.length === 0
    ? "it is no data dir, or an empty one"
    : "no damage";
  lines.push(`${amount(used, "file")}, ${grouped(bytes)} bytes read: ${verdict}`);
  return lines.map((line) => `${line}\n`).join("");
}

function fileLines(file: CheckedFile, dir: string): string[] {
  const { path, verdict, blocks, bytes, items, records, tornBytes, damage } = file;
  const name = path.startsWith(dir) ? path.slice(dir.length).replace(/^\/+/, "") : path;
  const content = `${grouped(bytes)} bytes, ${amount(blocks, "block")}, ` +
    (name.startsWith("snapshot") ? amount(items, "item") : amount(records, "record"));
  const details: Record<CheckedFile["verdict"], string> = {
    whole: content,
    torn: `${content}; the next start cuts off ${grouped(tornBytes)} bytes at its end`,
    damaged: content,
    unused: "the next start removes it",
  };
  return [
    `${verdict.padEnd(8)} ${name}: ${details[verdict]}`,
    ...damage.map(({ offset, reason }) => `         at byte ${offset}: ${reason}`),
  ];
}
