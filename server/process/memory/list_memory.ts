// The memory that lists of all workers take on their way to one of them, in main and there: taken before they
// are asked for, by what the latest took. Knows no list.

import type { MemorySource } from "../../contract/memory_account.ts";
import { MAX_ANSWER_BYTES } from "../../contract/reply.ts";
import { ServerRefusal } from "../../contract/server.ts";

const MIN_LIST_BYTES = 64 * 1024;

/** What lists of one worker take. */
export class ListMemory {
  /** What they are taken from; without it they are not counted. */
  source: MemorySource | null = null;
  #listBytes = MIN_LIST_BYTES;

  /** Asks for lists, which are texts, or null where they are too long. Rejects where there is no memory for them. */
  async during(ask: () => Promise<readonly unknown[]>): Promise<readonly unknown[]> {
    const { source } = this;
    const bytes = this.#listBytes;
    if (source !== null && !source.tryTake(bytes)) {
      throw new ServerRefusal("OOM", "too much memory is in use for clients, try again");
    }
    try {
      const lists = await ask();
      const chars = lists.reduce<number>(
        (sum, list) => sum + (typeof list === "string" ? list.length : MAX_ANSWER_BYTES),
        0,
      );
      this.#listBytes = Math.max(MIN_LIST_BYTES, 2 * chars);
      return lists;
    } finally {
      source?.give(bytes);
    }
  }
}
