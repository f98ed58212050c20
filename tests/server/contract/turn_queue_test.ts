// The queue of those that wait for a turn: by place, then by age, however many come and go.

import { assertEquals } from "@std/assert";
import { TurnQueue } from "../../../server/contract/turn_queue.ts";

Deno.test("TurnQueue.next() lets go the smallest place first, and of equal ones the oldest", () => {
  const queue = new TurnQueue();
  const waiting: { place: number; name: number }[] = [];
  const gone: number[] = [];
  let seed = 17;
  const random = (most: number) => (seed = Math.imul(seed, 1_103_515_245) + 12_345 >>> 0) % most;
  for (let name = 0; name < 3000; name++) {
    if (random(3) > 0) {
      const place = random(50);
      waiting.push({ place, name });
      queue.add(place, () => gone.push(name));
    } else {
      waiting.sort((a, b) => a.place - b.place || a.name - b.name);
      const first = waiting.shift();
      assertEquals(queue.next(), first !== undefined);
      if (first !== undefined) assertEquals(gone.pop(), first.name);
    }
    assertEquals(queue.size, waiting.length);
  }
});
