/// <reference lib="deno.worker" />
// The other thread of lock_test.ts: takes a lock over and over, or holds it until it is told to
// let go. Word 0 is the lock, 1 a plain sum that it guards, 2 says "ready", 3 says "go on".

import { acquireLock, releaseLock } from "../../cache/lock.ts";

self.onmessage = ({ data }: MessageEvent) => {
  const words = new Int32Array(data.buffer as SharedArrayBuffer);
  if (data.kind === "hold") {
    acquireLock(words, 0, data.owner);
    Atomics.store(words, 2, 1);
    Atomics.notify(words, 2);
    Atomics.wait(words, 3, 0, 10_000);
    releaseLock(words, 0);
    self.postMessage(0);
    return;
  }
  let refused = 0;
  Atomics.add(words, 2, 1);
  Atomics.notify(words, 2);
  for (let i = 0; i < data.rounds; i++) {
    if (!acquireLock(words, 0, data.owner)) {
      refused++;
      i--;
      continue;
    }
    words[1]!++;
    releaseLock(words, 0);
  }
  self.postMessage(refused);
};
