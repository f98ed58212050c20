// What a diagnosis says of the disk, with log and snapshots on one that is slow, full, or too slow for what is written.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Cache } from "../../../../cache/mod.ts";
import { PersistenceStatus } from "../../../../server/contract/persistence/persistence_status.ts";
import { DENO_FILE_SYSTEM } from "../../../../server/disk/file_system.ts";
import { Persistence } from "../../../../server/disk/persistence.ts";
import { FaultyFileSystem } from "../../disk/faulty_file_system.ts";
import { nothingLoaded, withDir } from "../../disk/fixture.ts";
import { configOf, NOW_MS } from "../../fixture.ts";
import { Trial } from "./trial.ts";

/** How much the disk's time goes on in each turn of the event loop that a test waits. */
const TURN_MS = 5;
const LOG_BYTES = 2 ** 20;

/** A server whose log and snapshots are kept on a disk of the test's own, with a time of its own. */
class KeptTrial extends Trial {
  readonly fs = new FaultyFileSystem(DENO_FILE_SYSTEM);
  readonly status = new PersistenceStatus(this.region);
  persistence!: Persistence;
  diskMs = 0;

  constructor() {
    super(LOG_BYTES, 8 * 2 ** 20);
  }

  async begin(dir: string): Promise<void> {
    const ignore = () => {};
    const parts = {
      cache: new Cache(this.region, 0, () => NOW_MS),
      config: configOf("--data-dir", dir, "--fsync", "everysec"),
      fs: this.fs,
      dir,
      release: () => Promise.resolve(),
      status: this.status,
      log: { info: ignore, warn: ignore, error: ignore },
      onDiskTime: ignore,
      now: () => NOW_MS,
      clock: () => this.diskMs,
      pause: () => new Promise<void>((resolve) => setTimeout(resolve, 0)),
    };
    this.persistence = await Persistence.begin(parts, {
      position: 0,
      snapshotPosition: 0,
      mustSave: false,
      facts: nothingLoaded(),
    });
  }

  async until(holds: () => boolean): Promise<void> {
    const endMs = performance.now() + 10_000;
    while (!holds()) {
      assert(performance.now() < endMs, "waited in vain");
      this.diskMs += TURN_MS;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}

Deno.test("Diagnoser finds a disk that is slow, and one that is full", async () => {
  await withDir(async (dir) => {
    const trial = new KeptTrial();
    await trial.begin(dir);
    trial.run("SET", "a", "1");
    await trial.until(() => trial.status.get("durablePosition") > 0);
    assertEquals(await trial.findings(), []);

    // Each sync takes two seconds more.
    trial.fs.before = (operation) => {
      if (operation === "sync") trial.diskMs += 2000;
    };
    const before = trial.status.get("durablePosition");
    trial.run("SET", "b", "1");
    await trial.until(() => trial.status.get("durablePosition") > before);
    assertEquals((await trial.findings())[0], "slow-disk");
    const slow = (await trial.diagnoser.diagnosis()).findings[0]!;
    assertStringIncludes(slow.problem, "a sync took 2,");

    trial.fs.before = null;
    trial.fs.fault = { nth: trial.fs.count() + 1, times: Infinity };
    trial.run("SET", "c", "1");
    await trial.until(() => trial.status.fault !== null);
    assertEquals((await trial.persistence.ask({ how: "wait" })).outcome, "failed");
    trial.pass(1000);
    const { findings } = await trial.diagnoser.diagnosis();
    assertEquals(findings.map(({ rule, level }) => [rule, level]), [
      ["log-failing", "critical"],
      ["slow-disk", "warning"],
      ["snapshot-failed", "warning"],
    ]);
    assertStringIncludes(findings[0]!.problem, "Writes are refused: log cannot be");
    assertStringIncludes(findings[0]!.problem, "No space left on device.");

    trial.fs.fault = null;
    await trial.until(() => trial.status.fault === null);
    assertEquals((await trial.persistence.ask({ how: "wait" })).outcome, "done");
    trial.pass(70_000);
    // How long records have waited lately is told by the disk's time, of which no minute has passed.
    assertEquals((await trial.findings()).filter((rule) => rule !== "slow-disk"), []);
    await trial.persistence.stop(false);
  });
});

Deno.test("Diagnoser finds a log that does not keep up with what is written", async () => {
  await withDir(async (dir) => {
    const trial = new KeptTrial();
    await trial.begin(dir);
    // Commands would wait and be refused before they change anything; the engine by itself does not.
    const value = new Uint8Array(60_000);
    for (let i = 0; i < 40; i++) trial.cache.put(Uint8Array.of(i), value);
    await trial.until(() => trial.status.get("gaps") > 0);
    assertEquals((await trial.findings()).includes("log-full"), true);
    await trial.persistence.stop(false);
  });
});
