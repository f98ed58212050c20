import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { continuedBy, removeLeftovers, scanDataDir } from "../../../../server/disk/data_dir.ts";
import { LogFile } from "../../../../server/disk/log_file.ts";
import { LogReader } from "../../../../server/disk/reading/log_reader.ts";
import { cutTornTail } from "../../../../server/disk/reading/torn_tail.ts";
import { appendAll, FACTS, makeSnapshot, payloadOf, readSnapshot } from "../fixture.ts";
import { MemoryFileSystem } from "../memory_file_system.ts";

/** What a server does: appends so many words, syncs, begins another log, or makes a snapshot. */
type Step = { readonly words: number } | "sync" | "next" | "snapshot";

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ words: fc.integer({ min: 1, max: 400 }) }) },
  { weight: 2, arbitrary: fc.constant("sync" as const) },
  { weight: 1, arbitrary: fc.constantFrom("next" as const, "snapshot" as const) },
);

/** A machine whose server starts, runs and is cut off from power, again and again. */
class Machine {
  fs = new MemoryFileSystem();
  /** What a log must give: up to `synced` for certain. */
  written: Uint8Array[] = [];
  synced = 0;
  #seed = 0;

  async run(steps: readonly Step[]): Promise<void> {
    let log = await this.start();
    for (const step of steps) {
      if (step === "sync") await log.sync();
      if (step === "next" || step === "snapshot") log = await this.#next(log);
      if (step === "snapshot") await this.#save(log);
      if (typeof step === "string") {
        this.synced = this.written.length;
        continue;
      }
      const payload = payloadOf(this.#seed++, step.words);
      await appendAll(log, [payload], false);
      this.written.push(payload);
    }
    log.close();
  }

  async #next(log: LogFile): Promise<LogFile> {
    const { position, startPosition } = log;
    if (position === startPosition) return log;
    log.close();
    return await LogFile.create(this.fs, "/d", { ...FACTS, position, previous: startPosition });
  }

  /** Makes a snapshot of all that was written, and removes what it makes superfluous. */
  async #save(log: LogFile): Promise<void> {
    const head = new Uint8Array();
    await makeSnapshot(this.fs, "/d", log.startPosition, head, [this.written, [], [], []]);
    await removeLeftovers(this.fs, await scanDataDir(this.fs, "/d"));
  }

  /** Starts as a server does, and compares what is there with what was promised. */
  async start(): Promise<LogFile> {
    const { fs } = this;
    const found = await scanDataDir(fs, "/d");
    const payloads = found.snapshot === null
      ? []
      : (await readSnapshot(found.snapshot, { fs })).shards[0]!;
    const reader = new LogReader(fs, found.logs, { recover: false, chunkBytes: 1024 });
    while (await reader.fill()) while (reader.next()) payloads.push(reader.payload.slice());
    assert(
      payloads.length >= this.synced,
      `${this.synced} were synced, ${payloads.length} are left`,
    );
    assertEquals(payloads, this.written.slice(0, payloads.length));
    if (reader.torn !== null) await cutTornTail(fs, reader.torn);
    await removeLeftovers(fs, found);
    this.written = payloads;
    const position = reader.endPosition;
    const previous = continuedBy(found.logs, position);
    return await LogFile.create(fs, "/d", { ...FACTS, position, previous });
  }

  crash(seed: number): void {
    let state = seed;
    this.fs = this.fs.crash(() => {
      state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0;
      return ((state ^ state >>> 13) >>> 0) / 2 ** 32;
    });
  }
}

Deno.test("after crashes of the machine a start finds what was synced, and of the rest a beginning", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.array(step, { maxLength: 30 }), fc.option(fc.integer())), {
        maxLength: 5,
      }),
      async (lives) => {
        const machine = new Machine();
        for (const [steps, seed] of lives) {
          await machine.run(steps);
          // Else it was only the server that ended.
          if (seed !== null) machine.crash(seed);
        }
        await machine.start();
      },
    ),
    { seed: 3, numRuns: 300 },
  );
});
