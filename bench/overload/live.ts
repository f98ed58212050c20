/**
 * A server that cannot keep up, with its breaker and without it: its event loop stands still for three seconds while clients
 * keep asking. What they were told, and when.
 */

import { ChildServers, readLines, untilReady } from "../child_servers.ts";
import { Connection, noTraffic } from "../attacks/connection.ts";
import { head } from "../attacks/messages.ts";
import { portsOf } from "../attacks/victims.ts";
import { BLOCK_AFTER_MS, BLOCK_MS } from "./blocking_server.ts";

/** So many clients ask over HTTP, each as soon as it is answered, and each with a pause of so many milliseconds. */
const CLIENTS = 200;
const PAUSE_MS = 20;
/** How long they ask after the loop goes on. */
const AFTER_MS = 8000;
/** An answer that took longer is late: its client may have given up. */
const LATE_MS = 1000;

/** What came of the requests. */
export interface LiveResult {
  readonly maxLag: string;
  /** Answered in time and late, and refused: counts. */
  readonly served: number;
  readonly servedLate: number;
  readonly refused: number;
  /** From the end of the block until nobody was refused any more. */
  readonly recoveredMs: number;
  /** `breaker` of /stats at the end. */
  readonly breaker: string;
}

class BlockingServers extends ChildServers {
  async start(maxLag: string): Promise<number> {
    const script = new URL("./blocking_server.ts", import.meta.url).href;
    const options = ["--port", "0", "--workers", "1", "--memory", "64MiB", "--max-lag", maxLag];
    const command = [Deno.execPath(), "run", "-A", script, ...options, "--log-format", "json"];
    const child = this.spawn(command, "piped", "piped");
    let port = 0;
    readLines(child.stdout, (line) => {
      if (line.includes('"event":"start"')) port = portsOf(JSON.parse(line).addresses).http;
    });
    readLines(child.stderr, () => {});
    await untilReady(child, "the server", () => Promise.resolve(port !== 0));
    return port;
  }
}

/** Has clients ask a server whose loop stands still meanwhile. */
export async function measureBlock(maxLag: string): Promise<LiveResult> {
  await using servers = new BlockingServers();
  const port = await servers.start(maxLag);
  const beganMs = performance.now();
  const endMs = beganMs + BLOCK_AFTER_MS + BLOCK_MS + AFTER_MS;
  const counts = { served: 0, servedLate: 0, refused: 0 };
  let lastRefusedMs = 0;
  const one = async () => {
    using connection = await Connection.open(port, noTraffic());
    for (;;) {
      const fromMs = performance.now();
      if (fromMs > endMs) return;
      await connection.send(head("GET /get?key=k"));
      const answer = await connection.receiveTo("\r\n\r\n");
      await connection.receive(Number(/content-length: (\d+)/i.exec(answer)![1]));
      const nowMs = performance.now();
      if (answer.startsWith("HTTP/1.1 503")) {
        counts.refused++;
        lastRefusedMs = nowMs;
      } else if (nowMs - fromMs > LATE_MS) counts.servedLate++;
      else counts.served++;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, one));
  const stats = await (await fetch(`http://127.0.0.1:${port}/stats`)).json();
  const blockEndMs = beganMs + BLOCK_AFTER_MS + BLOCK_MS;
  const recoveredMs = Math.max(0, lastRefusedMs - blockEndMs);
  return { maxLag, ...counts, recoveredMs, breaker: JSON.stringify(stats.breaker) };
}
