// How long the server takes from its start to its first answer, with 1.4 GiB: from source and as a
// packed program, taking turns. The packed program's first start, which unpacks it, stands apart.
// Run as `deno task bench:start`, after `deno task pack`; asks only servers of its own on loopback.

import { freePort, ownCommand } from "./child_servers.ts";
import { answerHelp, showProgress } from "./command_line.ts";
import { median } from "./figures.ts";
import { atMost, plain, rowTable } from "./report.ts";

const ROUNDS = 10;
const MEMORY = "1.4GiB";
const MAX_TRIES = 5_000;

const PACKED_PATH = new URL("../dist/slabkv", import.meta.url).pathname;

async function answers(port: number): Promise<boolean> {
  try {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(
      new TextEncoder().encode("GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n"),
    );
    const buffer = new Uint8Array(1024);
    const count = await connection.read(buffer) ?? 0;
    return new TextDecoder().decode(buffer.subarray(0, count)).startsWith("HTTP/1.1 200");
  } catch {
    return false;
  }
}

function existsFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Starts a server, waits for its first answer, ends it. Returns the time in milliseconds. */
async function startMs(command: readonly string[], env: Record<string, string>): Promise<number> {
  const [file, ...args] = command;
  const port = freePort();
  const before = performance.now();
  const child = new Deno.Command(file!, {
    args: [...args, "--port", String(port), "--memory", MEMORY],
    cwd: new URL("..", import.meta.url),
    env,
    stdout: "null",
  }).spawn();
  for (let tries = 0; !await answers(port); tries++) {
    if (tries > MAX_TRIES) throw new Error(`${file} does not answer`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const took = performance.now() - before;
  child.kill("SIGTERM");
  await child.status;
  return took;
}

const HELP = `Time from start to first answer, from source and packed: deno task bench:start
Takes no options. Run \`deno task pack\` before it.

  --help    this`;

if (import.meta.main) {
  answerHelp(HELP);
  if (!existsFile(PACKED_PATH)) {
    console.error(`Cannot start ${PACKED_PATH}: it is not there. Run \`deno task pack\` first`);
    Deno.exit(1);
  }
  const cache = await Deno.makeTempDir();
  const env = { XDG_CACHE_HOME: cache };
  const firstMs = await startMs([PACKED_PATH], env);
  const source: number[] = [];
  const packed: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    showProgress(`round ${i + 1} of ${ROUNDS}`);
    source.push(await startMs(ownCommand(), {}));
    packed.push(await startMs([PACKED_PATH], env));
  }
  showProgress("");
  await Deno.remove(cache, { recursive: true });
  console.log(`Start to first answer with --memory ${MEMORY}, medians of ${ROUNDS}\n`);
  const fromSourceMs = median(source);
  const rows = [
    atMost("from source, deno run", fromSourceMs, 250, "ms", 0),
    atMost("packed", median(packed), Math.min(250, Math.round(fromSourceMs + 20)), "ms", 0),
    plain("packed, first start (unpacks)", firstMs, "ms", 0),
  ];
  console.log(rowTable(rows));
}
