// When a snapshot is made: on demand, from time to time, and when the log has grown long. One at a
// time, and at most one more that was asked for meanwhile. Does not know how one is made.

import { messageOf } from "../contract/error_text.ts";
import type { SnapshotAnswer, SnapshotQuestion, SnapshotSummary } from "../contract/server.ts";
import type { EventLog } from "../contract/log/events.ts";

/** After a snapshot that failed, the next one that nobody asked for waits so long, and then longer. */
const RETRY_MS = 5000;
const MAX_RETRY_MS = 300_000;
/** A log shorter than this is read in two seconds, whatever the data are; copying small ones again and again costs more. */
const MIN_LOG_BYTES = 256 * 1024 * 1024;
/** So many times the data may the log be long. */
const LOG_PER_DATA = 2;

/** As in Redis: those for BGSAVE and those for BGREWRITEAOF. Here they differ in answers alone. */
type Kind = "save" | "rewrite";
type Made = Extract<SnapshotAnswer, { outcome: "done" | "failed" }>;

const STOPPING: Made = { outcome: "failed", why: "the server is stopping" };

/** What is needed to know when, and to make one. */
export interface SnapshotsParts {
  /** Makes one. Rejects where that fails; then what was there before is still there. */
  readonly make: () => Promise<SnapshotSummary>;
  /** Bytes of log since the folder was made. */
  readonly position: () => number;
  /** About how many bytes the items have. */
  readonly dataBytes: () => number;
  /** Time between snapshots in milliseconds; 0: only those that the log asks for. */
  readonly everyMs: number;
  readonly log: Omit<EventLog, "debug">;
  /** A clock that never goes back, in milliseconds. */
  readonly now: () => number;
}

interface Running {
  readonly kind: Kind;
  readonly made: Promise<Made>;
}

interface Next {
  readonly kind: Kind;
  readonly promise: Promise<Made>;
  readonly resolve: (made: Made | Promise<Made>) => void;
}

/** Decides about the snapshots of one server. */
export class Snapshots {
  readonly #parts: SnapshotsParts;
  #running: Running | null = null;
  /** The one that comes after it. */
  #next: Next | null = null;
  #isClosed = false;
  /** Where the log stood when the latest one began, and when that was. */
  #lastPosition: number;
  #lastMs: number;
  #retryMs = 0;
  #retryAtMs = 0;

  /** `lastPosition` is that of the snapshot which is there already. */
  constructor(parts: SnapshotsParts, lastPosition: number) {
    this.#parts = parts;
    this.#lastPosition = lastPosition;
    this.#lastMs = parts.now();
  }

  /** Whether one is being made. */
  get isRunning(): boolean {
    return this.#running !== null;
  }

  /** Makes one if somebody asks for it, and says what becomes of it. */
  async ask({ how, mayWait = false }: SnapshotQuestion): Promise<SnapshotAnswer> {
    if (this.#isClosed) return STOPPING;
    const kind: Kind = how === "rewrite" ? "rewrite" : "save";
    const current = this.#running;
    if (current === null) {
      const made = this.#start(kind);
      return how === "save" || how === "wait" ? await made : { outcome: "started" };
    }
    if (how === "wait") return await this.#after(kind).promise;
    if (current.kind === kind) return { outcome: "running" };
    if (how === "save") return await this.#after(kind).promise;
    if (how === "background" && !mayWait) return { outcome: "otherRunning" };
    void this.#after(kind);
    return { outcome: "scheduled" };
  }

  /** Makes one if it is time for it. Called a few times a second. */
  tick(): void {
    if (this.#running !== null || this.#isClosed) return;
    const { now, everyMs } = this.#parts;
    if (now() < this.#retryAtMs) return;
    const grownBytes = this.#parts.position() - this.#lastPosition;
    if (everyMs > 0 && grownBytes > 0 && now() - this.#lastMs >= everyMs) void this.#start("save");
    else if (grownBytes >= MIN_LOG_BYTES && this.#isLong(grownBytes)) void this.#start("rewrite");
  }

  #isLong(logBytes: number): boolean {
    return logBytes >= LOG_PER_DATA * this.#parts.dataBytes();
  }

  /** Makes none any more, but for `last()`. Resolves when the one that is being made has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running?.made;
  }

  /** Makes one after {@linkcode close}. */
  last(): Promise<Made> {
    return this.#start("save");
  }

  /** The one that comes after that which is being made. */
  #after(kind: Kind): Next {
    this.#next ??= { kind, ...Promise.withResolvers<Made>() };
    return this.#next;
  }

  #start(kind: Kind): Promise<Made> {
    const made = this.#make();
    this.#running = { kind, made };
    return made;
  }

  /** Goes on with the next one, in the same moment in which the one before has ended. */
  #ended(): void {
    const next = this.#next;
    this.#next = null;
    this.#running = null;
    if (next === null) return;
    next.resolve(this.#isClosed ? STOPPING : this.#start(next.kind));
  }

  async #make(): Promise<Made> {
    const { make, position, log, now } = this.#parts;
    const fromPosition = position();
    const fromMs = now();
    try {
      const summary = await make();
      this.#lastPosition = fromPosition;
      this.#lastMs = fromMs;
      this.#retryMs = 0;
      const { items, bytes, seconds } = summary;
      const [count, size] = [items, bytes].map((each) => each.toLocaleString("en-US"));
      const text = `snapshot: ${count} ${items === 1 ? "item" : "items"}, ${size} bytes, ` +
        `${seconds.toFixed(1)} s`;
      log.info("snapshot", text, { items, bytes, seconds });
      return { outcome: "done", summary };
    } catch (error) {
      const why = messageOf(error);
      const text = `the snapshot failed, the one before stays: ${why}`;
      log.warn("snapshot-failed", text, { reason: why });
      this.#retryMs = Math.min(MAX_RETRY_MS, Math.max(RETRY_MS, 2 * this.#retryMs));
      this.#retryAtMs = now() + this.#retryMs;
      return { outcome: "failed", why };
    } finally {
      this.#ended();
    }
  }
}
