/**
 * Starts the process that attacks, listens to what it says, and kills it, which ends all of its connections at once.
 * A process of its own, so that its work does not delay whoever measures, and of low priority, so that on a machine
 * with few cores it takes no time from the server.
 */

import type { Dispatch, Orders } from "./orders.ts";

/** How long the preparation of an attack may take. */
const READY_MS = 30_000;
const NICE = Deno.build.os === "windows" ? [] : ["nice", "-n", "10"];
const NOTHING: Dispatch = {
  state: "ready",
  open: 0,
  opened: 0,
  sentBytes: 0,
  receivedBytes: 0,
  firstAnswer: "",
  complaints: [],
};

/** A running process that attacks, or is about to. */
export class AttackerProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #listening: Promise<void>;
  /** What it said last. */
  latest: Dispatch = NOTHING;
  /** The most connections that it had open. */
  peakOpen = 0;
  readonly #begun = Promise.withResolvers<void>();

  private constructor(child: Deno.ChildProcess, onReady: () => void) {
    this.#child = child;
    this.#listening = this.#listen(onReady);
  }

  /** Starts a process and waits until its attack is prepared. */
  static async start(orders: Orders): Promise<AttackerProcess> {
    const script = new URL("attacker.ts", import.meta.url);
    const own = [Deno.execPath(), "run", "-A", "--no-check", script.href];
    const [file = "", ...args] = [...NICE, ...own, JSON.stringify(orders)];
    const child = new Deno.Command(file, {
      args,
      cwd: new URL("../../", import.meta.url),
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fail = (why: string) => reject(new Error(`Cannot prepare ${orders.name}: ${why}`));
    const timer = setTimeout(() => fail(`it took more than ${READY_MS} ms`), READY_MS);
    const attacker = new AttackerProcess(child, resolve);
    child.status.then(() => fail("the process ended"));
    try {
      await promise;
      return attacker;
    } catch (error) {
      await attacker[Symbol.asyncDispose]();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Lets it attack. */
  async attack(): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new Uint8Array(1));
    writer.releaseLock();
  }

  /** Resolves when it has opened its first connection: on a busy machine that takes a while. */
  get begun(): Promise<void> {
    return this.#begun.promise;
  }

  async #listen(onReady: () => void): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        this.latest = JSON.parse(line);
        this.peakOpen = Math.max(this.peakOpen, this.latest.open);
        if (this.latest.state === "ready") onReady();
        else if (this.latest.opened > 0) this.#begun.resolve();
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It has ended already.
      if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
    }
    await this.#child.status;
    await this.#listening;
    await this.#child.stdin.close().catch(() => {});
  }
}
