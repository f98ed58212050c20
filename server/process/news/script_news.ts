// How workers share scripts: who is sent one tells all others, through main. One message is on its way at a time, and
// the next has all that has come meanwhile. A worker that begins asks the others for theirs.

import type { MemorySource } from "../../contract/memory_account.ts";
import { Script, ScriptCache } from "../../contract/scripts/script_cache.ts";
import type { ScriptShare } from "../../contract/scripts/script_share.ts";

/** Of scripts that came with EVAL so many bytes may wait for the next message; others ask again with EVAL. */
const MAX_UNTOLD_BYTES = 256 * 1024;

/** A script as it is sent. */
interface SentScript {
  readonly sha: string;
  readonly source: Uint8Array;
}

/** What workers ask and tell each other. */
export type ScriptQuestion =
  | { readonly what: "loadScripts"; readonly scripts: readonly SentScript[] }
  | { readonly what: "flushScripts" }
  | { readonly what: "scripts" };

/** Asks all workers. */
type Send = (question: ScriptQuestion) => Promise<readonly unknown[]>;

/** What one worker knows of scripts. */
export class ScriptNews implements ScriptShare {
  readonly cache: ScriptCache = new ScriptCache();
  synced: Promise<void> | null = null;
  readonly #send: Send;
  #untold: SentScript[] = [];
  #untoldBytes = 0;
  /** Settles when the latest message has arrived. */
  #last: Promise<unknown> = Promise.resolve();
  /** The message that has not been sent yet. */
  #next: Promise<void> | null = null;

  constructor(send: Send) {
    this.#send = send;
  }

  /** What scripts are taken from. */
  set memory(memory: MemorySource) {
    this.cache.memory = memory;
  }

  /** Asks the other workers what they know. */
  sync(): void {
    this.synced = this.#sync().catch(() => {}).then(() => {
      this.synced = null;
    });
  }

  async #sync(): Promise<void> {
    for (const scripts of await this.#send({ what: "scripts" })) {
      if (Array.isArray(scripts)) this.#load(scripts);
    }
  }

  #load(scripts: readonly SentScript[]): void {
    for (const { sha, source } of scripts) this.cache.add(new Script(sha, source));
  }

  tell({ sha, source }: Script): Promise<void> {
    this.#untold.push({ sha, source });
    this.#untoldBytes += source.length;
    return this.#next ??= this.#last.then(() => this.#tellAll());
  }

  tellSoon(script: Script): void {
    if (this.#untoldBytes + script.source.length <= MAX_UNTOLD_BYTES) void this.tell(script);
  }

  async #tellAll(): Promise<void> {
    const scripts = this.#untold;
    this.#untold = [];
    this.#untoldBytes = 0;
    this.#next = null;
    // A worker that cannot be told is about to be ended, or hears of it late.
    this.#last = this.#send({ what: "loadScripts", scripts }).catch(() => {});
    await this.#last;
  }

  async flush(): Promise<void> {
    this.#last = this.#last.then(() => this.#send({ what: "flushScripts" })).catch(() => {});
    await this.#last;
  }

  /** Answers what a worker has asked all of them. */
  answer(question: ScriptQuestion): unknown {
    switch (question.what) {
      case "loadScripts":
        this.#load(question.scripts);
        return null;
      case "flushScripts":
        this.cache.clear();
        return null;
      case "scripts":
        return [...this.cache.all()].map(({ sha, source }) => ({ sha, source }));
    }
  }
}
