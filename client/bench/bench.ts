/**
 * The command `bench`: says what it will do, puts the keys, runs the load, deletes the keys and
 * prints the results. Its parts do not know each other; this file joins them.
 *
 * @module
 */

import type { Access } from "../connection.ts";
import { accessOf, type ClientContext, EXIT } from "../context.ts";
import { exchange, refusal } from "../exchange.ts";
import { type ClientPlatform, writeAll } from "../platform.ts";
import { ACCESS } from "../options.ts";
import { parseObject } from "../server_commands.ts";
import { withConnections } from "./connections.ts";
import { deleteAll, type KeySet, putAll } from "./key_set.ts";
import { KeyTraffic } from "./key_traffic.ts";
import { Load } from "./load.ts";
import { createMessages } from "./messages.ts";
import { ProgressLine } from "../progress_line.ts";
import { progressLine } from "./progress.ts";
import { isClean, reportOf, reportText } from "./report.ts";
import { type BenchSettings, planText, readSettings } from "./settings.ts";
import { StampedValues } from "./stamped_value.ts";

const CLEANERS = 16;

/** `bench`: 0 if every answer was right, 1 if not. */
export async function runBench(context: ClientContext): Promise<number> {
  const { platform, values } = context;
  const settings = readSettings(values);
  const server = await accessOf(context);
  const isJson = values.get(ACCESS.json);
  const plan = planText(settings, await describe(server));
  await writeAll(isJson ? platform.stderr : platform.stdout, plan);
  const load = await runLoad(platform, server, settings);
  const report = reportOf(load, settings, server.target.url);
  await writeAll(platform.stdout, isJson ? `${JSON.stringify(report)}\n` : reportText(report));
  return isClean(report) ? EXIT.ok : EXIT.miss;
}

async function describe(server: Access): Promise<string> {
  const answer = await exchange(server, { method: "GET", path: "/" });
  if (answer.status !== 200) throw refusal(server, answer);
  const { url } = server.target;
  const { name, version } = parseObject(new TextDecoder().decode(answer.body), url);
  return `${name} ${version} at ${url}`;
}

async function runLoad(
  platform: ClientPlatform,
  server: Access,
  settings: BenchSettings,
): Promise<Load> {
  const { connections, valueBytes, routes, keys, durationMs, rate, maxRequests } = settings;
  // Two loads at once must not share keys: the values of the other load would count as wrong.
  const keyPrefix = `bench-${crypto.getRandomValues(new Uint32Array(1))[0]!.toString(36)}-`;
  const messages = createMessages(server, routes, keyPrefix, valueBytes);
  const values = new StampedValues(valueBytes);
  const isBatched = routes === "json";
  const set: KeySet = { access: server, messages, values, keyPrefix, keys, isBatched };
  return await withConnections(server, connections, valueBytes, async (opened) => {
    const traffic = new KeyTraffic(messages, values, settings, connections);
    const plan = { durationMs, maxRequests, rate, graceMs: server.timeoutMs };
    const load = new Load(plan, traffic, opened);
    // A second Ctrl-C ends the process at once, as it would without this.
    const forget = platform.onInterrupt?.(() => {
      forget?.();
      load.stop();
    });
    await putAll(set, opened);
    await drive(platform, load, settings);
    forget?.();
    if (!settings.keep) await cleanUp(set, platform);
    return load;
  });
}

async function drive(platform: ClientPlatform, load: Load, settings: BenchSettings): Promise<void> {
  const startMs = performance.now();
  let lastMs = startMs;
  let last = 0;
  await using _progress = new ProgressLine(platform, (columns) => {
    const nowMs = performance.now();
    const { answered, counts } = load;
    const perSecond = Math.round((answered - last) / Math.max(1, nowMs - lastMs) * 1000);
    lastMs = nowMs;
    last = answered;
    const shares = [(nowMs - startMs) / settings.durationMs, answered / settings.maxRequests];
    const problems = counts.wrong + counts.errors + counts.failed;
    return progressLine({ share: Math.max(...shares), perSecond, problems }, columns);
  });
  await load.run();
}

// Over new connections, since those of the load may have failed. The cache evicts keys that stay, so a
// failure here changes no result.
async function cleanUp(set: KeySet, platform: ClientPlatform): Promise<void> {
  try {
    await withConnections(set.access, CLEANERS, 0, (opened) => deleteAll(set, opened));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await writeAll(
      platform.stderr,
      `slabkv: Keys that begin with ${set.keyPrefix} are left: ${reason}\n`,
    );
  }
}
