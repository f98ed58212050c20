/// <reference lib="deno.worker" />
// The other thread of lock_test.ts: takes a lock over and over, or holds it until it is told to
// let go. Word 0 is the lock, 1 a plain sum that it guards, 2 says "ready", 3 says "go on".

import { releaseLock } from "../../cache/lock.ts";
import { LockWaits } from "../../cache/lock_waits.ts";

self.onmessage = ({ data }: MessageEvent) => {
  const words = new Int32Array(data.buffer as SharedArrayBuffer);
  if (data.kind === "hold") {
    new LockWaits(null).acquire(words, 0, data.owner);
    Atomics.store(words, 2, 1);
    Atomics.notify(words, 2);
    Atomics.wait(words, 3, 0, 10_000);
    releaseLock(words, 0);
    self.postMessage(0);
    return;
  }
  const waits = new LockWaits(null);
  let refused = 0;
  Atomics.add(words, 2, 1);
  Atomics.notify(words, 2);
  for (let i = 0; i < data.rounds; i++) {
    waits.begin();
    if (!waits.acquire(words, 0, data.owner)) {
      refused++;
      i--;
      continue;
    }
    words[1]!++;
    releaseLock(words, 0);
  }
  self.postMessage(refused);
};
