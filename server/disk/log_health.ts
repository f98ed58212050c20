// Whether the log can be written, and whether it has all that was changed. Where it lacks something, a
// snapshot has to be made that begins later. Says so to the workers, to the facts of persistence and to
// the server's log; touches no file.

import { LogState } from "../../cache/mod.ts";
import { FaultStep } from "../contract/persistence/faults.ts";
import type { LogWriterOptions } from "./log_writer_options.ts";

/** Time between two tries to write again, and between two wishes for a snapshot. */
const RETRY_MS = 1000;
/** What is said of records that found no space in the ring. */
const RING_FULL = { code: "SLOW" };

const MEANWHILE = {
  refuse: "Writes are refused until it can",
  continue: "Writes go on, and a crash would lose them",
} as const;

/** The health of one log. Times are in milliseconds by the writer's clock. */
export class LogHealth {
  readonly #options: LogWriterOptions;
  /** When to try again, or to ask for a snapshot. */
  #dueMs = 0;
  #failingSinceMs = 0;
  /** How often the log has come to lack something, and up to which of these a snapshot makes up for it. */
  #holes = 0;
  #healed = 0;
  /** The log file that was begun last, for a snapshot: how many holes there were before it. */
  #begun = { position: -1, holes: 0 };
  #gaps: number;

  constructor(options: LogWriterOptions) {
    this.#options = options;
    this.#gaps = options.ring.gaps;
  }

  /** Whether the log has all that was changed since the latest snapshot. */
  get isWhole(): boolean {
    return this.#holes === this.#healed;
  }

  get isFailing(): boolean {
    return this.#options.ring.state === LogState.failing;
  }

  /** Something could not be done. */
  fail(step: FaultStep, error: unknown): void {
    const { ring, status, log, policy, now, clock } = this.#options;
    status.setFault(step, error, now());
    this.#dueMs = clock() + RETRY_MS;
    if (this.isFailing) return;
    this.#failingSinceMs = clock();
    ring.state = LogState.failing;
    const fault = status.fault ?? "";
    const text = `${fault}. ${MEANWHILE[policy.onWriteError]}; trying again each second`;
    log.error("persistence", text, { fault });
  }

  /** The log lacks something. Another file of it counts only together with a snapshot. */
  addHole(): void {
    this.#holes++;
  }

  /** Looks whether records have found no space in the ring. */
  lookForGaps(): void {
    const { ring, status } = this.#options;
    const { gaps } = ring;
    if (gaps === this.#gaps) return;
    status.add("gaps", gaps - this.#gaps);
    this.#gaps = gaps;
    this.addHole();
    this.fail(FaultStep.keepUp, RING_FULL);
  }

  /** Whether a second has passed since the latest try. The next one is counted from now. */
  get isDue(): boolean {
    const nowMs = this.#options.clock();
    if (nowMs < this.#dueMs) return false;
    this.#dueMs = nowMs + RETRY_MS;
    return true;
  }

  /** The log can be written, as it seems. Asks for a snapshot where it needs one. */
  look(): void {
    if (this.isWhole) {
      if (this.isFailing) this.#heal();
    } else if (this.isDue) this.#options.askForSnapshot("the log lacks what could not be written");
  }

  /** A log file was begun at `position`, from where a snapshot counts that begins now. */
  begin(position: number): void {
    this.#begun = { position, holes: this.#holes };
  }

  /** Whether the log lacks nothing since that file was begun, and none was begun in its place. */
  isWholeSince(position: number): boolean {
    return position === this.#begun.position && this.#holes === this.#begun.holes;
  }

  /** A snapshot stands from where the log file at `position` was begun. */
  snapshotStands(position: number): void {
    if (position === this.#begun.position) this.#healed = this.#begun.holes;
  }

  #heal(): void {
    const { ring, status, log, clock } = this.#options;
    status.clearFault();
    ring.state = LogState.ok;
    const seconds = Math.round((clock() - this.#failingSinceMs) / 1000);
    log.info("persistence-restored", `Log is written again, after ${seconds} s`, { seconds });
  }
}
