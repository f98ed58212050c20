/**
 * WATCH of keys that are absent, while another client stores new keys that nobody watches: how many transactions
 * get through that way, and that none does whose key was created meanwhile. `deno run -A bench/resp/watch.ts`.
 */

import { Connection, noTraffic } from "../attacks/connection.ts";
import { ownCommand } from "../child_servers.ts";
import { answerHelp } from "../command_line.ts";
import { median } from "../figures.ts";
import { atLeast, atMost, plain, type Row, rowTable } from "../report.ts";
import { Servers } from "./servers.ts";

/** How much is done. */
export interface WatchBench {
  /** Transactions of each kind. */
  readonly transactions: number;
  /** New keys that are stored meanwhile, a second. */
  readonly writesPerSecond: number;
}

/** How often the writer catches up. */
const PACE_MS = 1;
/** Of the transactions whose keys nobody touches, at least so many have to get through. */
const MIN_THROUGH = 0.99;

/** What another client does to the watched key before EXEC. */
const CHANGES: Readonly<Record<string, (key: string) => string>> = {
  "created": (key) => `SET ${key} theirs\r\n`,
  "created and deleted": (key) => `SET ${key} theirs\r\nDEL ${key}\r\n`,
  "created and expired": (key) => `SET ${key} theirs PX 1\r\nPEXPIRE ${key} -1\r\n`,
};

/** Stores one new key after the other, so many a second, until it is told to stop. */
class Writer {
  readonly #connection: Connection;
  readonly #perSecond: number;
  #written = 0;
  #startMs = 0;
  #isStopped = false;

  constructor(connection: Connection, perSecond: number) {
    this.#connection = connection;
    this.#perSecond = perSecond;
  }

  async run(): Promise<void> {
    this.#startMs = performance.now();
    while (!this.#isStopped) {
      const due = Math.floor((performance.now() - this.#startMs) * this.#perSecond / 1000);
      let commands = "";
      const count = due - this.#written;
      for (; this.#written < due; this.#written++) commands += `SET new:${this.#written} v\r\n`;
      if (count > 0) {
        await this.#connection.send(commands);
        await this.#connection.receive("+OK\r\n".length * count);
      }
      await new Promise((resolve) => setTimeout(resolve, PACE_MS));
    }
  }

  /** Ends {@linkcode run}. Returns how many keys it has stored each second. */
  stop(): number {
    this.#isStopped = true;
    return 1000 * this.#written / (performance.now() - this.#startMs);
  }
}

/** Runs transactions on absent keys, one after the other. */
class Watching {
  readonly #client: Connection;
  readonly #other: Connection;
  readonly #tookMs: number[] = [];
  #keys = 0;

  constructor(client: Connection, other: Connection) {
    this.#client = client;
    this.#other = other;
  }

  /** Milliseconds from the answer to WATCH to the answer to EXEC. */
  get tookMs(): number {
    return median(this.#tookMs);
  }

  /** Runs so many. Returns how many of them EXEC carried out. */
  async run(transactions: number, change?: (key: string) => string): Promise<number> {
    let through = 0;
    for (let i = 0; i < transactions; i++) {
      if (await this.#one(`watched:${this.#keys++}`, change)) through++;
    }
    return through;
  }

  async #one(key: string, change?: (key: string) => string): Promise<boolean> {
    await this.#ask(`WATCH ${key}`, "+OK");
    const fromMs = performance.now();
    await this.#ask(`GET ${key}`, "$-1");
    if (change !== undefined) {
      const commands = change(key);
      await this.#other.send(commands);
      for (let i = 1; i < commands.split("\n").length; i++) await this.#other.receiveTo("\r\n");
    }
    await this.#ask("MULTI", "+OK");
    await this.#ask(`SET ${key} ours`, "+QUEUED");
    await this.#client.send("EXEC\r\n");
    const answer = await this.#client.receiveTo("\r\n");
    this.#tookMs.push(performance.now() - fromMs);
    if (answer === "*1\r\n") await this.#expect("+OK");
    else if (answer !== "*-1\r\n") throw new Error(`Cannot run EXEC: ${answer}`);
    return answer === "*1\r\n";
  }

  async #ask(command: string, expected: string): Promise<void> {
    await this.#client.send(`${command}\r\n`);
    await this.#expect(expected);
  }

  async #expect(expected: string): Promise<void> {
    const answer = await this.#client.receiveTo("\r\n");
    if (answer !== `${expected}\r\n`) throw new Error(`Wrong answer ${answer}, not ${expected}`);
  }
}

/** Starts a server of one worker, and measures. Throws where an answer is wrong. */
export async function watchRows({ transactions, writesPerSecond }: WatchBench): Promise<Row[]> {
  await using servers = new Servers();
  const { port } = await servers.startSlabkv(ownCommand(), 1);
  const traffic = noTraffic();
  using client = await Connection.open(port, traffic);
  using other = await Connection.open(port, traffic);
  using writing = await Connection.open(port, traffic);
  const watching = new Watching(client, other);
  const writer = new Writer(writing, writesPerSecond);
  const written = writer.run();
  const share = await watching.run(transactions) / transactions;
  const { tookMs } = watching;
  const rows: Row[] = [];
  for (const [what, change] of Object.entries(CHANGES)) {
    const wrong = await watching.run(transactions, change);
    rows.push(atMost(`watched key ${what}: got through`, wrong, 0, "", 0));
  }
  const perSecond = writer.stop();
  await written;
  return [
    plain("new keys stored that nobody watches", perSecond, "a second", 0),
    plain("from WATCH to EXEC, median", tookMs, "ms"),
    atLeast(
      `of ${transactions} transactions: got through`,
      100 * share,
      100 * MIN_THROUGH,
      "%",
      1,
    ),
    ...rows,
  ];
}

const HELP = `Transactions that watch absent keys beside new ones: deno run -A bench/resp/watch.ts
Takes no options.

  --help    this`;

if (import.meta.main) {
  answerHelp(HELP);
  const rows = await watchRows({ transactions: 2000, writesPerSecond: 10_000 });
  console.log(rowTable(rows));
  Deno.exit(rows.every(({ pass }) => pass) ? 0 : 1);
}
