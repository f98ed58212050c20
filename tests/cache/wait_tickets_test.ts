// Tickets of those who wait for a key: which one is the oldest in other threads, and what becomes of them.

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  clearWaits,
  EventReader,
  isOlder,
  NO_PLACE,
  Region,
  WaitTickets,
} from "../../cache/mod.ts";
import { REGION_TICKETS, WAIT_ENTRIES, WAIT_WINDOW } from "../../cache/region_layout.ts";
import { bytesOf } from "./fixture.ts";

function newRegion(): Region {
  return Region.create({ memoryBytes: 2 ** 20, actorCount: 3 });
}

Deno.test("WaitTickets.oldestElsewhere() is the oldest ticket that other actors have for the key", () => {
  const region = newRegion();
  const [a, b, c] = [0, 1, 2].map((actor) => new WaitTickets(region, actor)) as [
    WaitTickets,
    WaitTickets,
    WaitTickets,
  ];
  for (const actor of [0, 1, 2]) new EventReader(region, actor).watchAll();
  const print = a.printOf(bytesOf("k"), 0, 1, 0);
  assertEquals(a.oldestElsewhere(print), 0);
  const [first, second, third] = [a.draw(), b.draw(), c.draw()];
  const place = a.enter(print, first);
  b.enter(print, second);
  c.enter(print, third);
  assertEquals([a, b, c].map((each) => each.oldestElsewhere(print)), [second, first, first]);
  a.renew(place, a.draw());
  assertEquals(b.oldestElsewhere(print), third);
  a.leave(place);
  assertEquals(c.oldestElsewhere(print), second);
  assertEquals(c.oldestElsewhere(a.printOf(bytesOf("other"), 0, 5, 0)), 0);
});

Deno.test("WaitTickets.draw() goes round after 2^32 and is never 0", () => {
  const region = newRegion();
  const tickets = new WaitTickets(region, 1);
  region.words[REGION_TICKETS] = -2;
  const drawn = [tickets.draw(), tickets.draw(), tickets.draw()];
  assertEquals(drawn, [-1, 1, 2]);
  assert(isOlder(-1, 1) && isOlder(2 ** 31 - 1, -(2 ** 31)));
  assert(!isOlder(2, 1) && !isOlder(1, 1));
});

Deno.test("WaitTickets.enter() has NO_PLACE for more keys of one print than two windows hold", () => {
  const region = newRegion();
  const tickets = new WaitTickets(region, 1);
  new EventReader(region, 1).watchAll();
  const places = Array.from({ length: 2 * WAIT_WINDOW }, (_, i) => tickets.enter(77, 1 + i));
  assertEquals(new Set(places).size, 2 * WAIT_WINDOW);
  assertEquals(tickets.enter(77, 100), NO_PLACE);
  assertEquals(new WaitTickets(region, 2).oldestElsewhere(77), 1);
  tickets.leave(places[3]!);
  assertEquals(tickets.enter(77, 100), places[3]!);
});

Deno.test("WaitTickets.enter() has places for four fifths of what a table holds, and finds each again", () => {
  const region = newRegion();
  const [tickets, other] = [new WaitTickets(region, 1), new WaitTickets(region, 2)];
  new EventReader(region, 1).watchAll();
  const count = Math.floor(0.8 * WAIT_ENTRIES);
  const prints = Array.from({ length: count }, (_, i) => {
    const key = bytesOf(`key ${i}`);
    return tickets.printOf(key, 0, key.length, 0);
  });
  for (const [i, print] of prints.entries()) {
    assertNotEquals(tickets.enter(print, 1 + i), NO_PLACE, String(i));
  }
  for (const [i, print] of prints.entries()) assertEquals(other.oldestElsewhere(print), 1 + i);
});

Deno.test("clearWaits() forgets who waited in a worker that has died, and so does one that begins", () => {
  const region = newRegion();
  new EventReader(region, 1).watchAll();
  const print = new WaitTickets(region, 1).printOf(bytesOf("k"), 0, 1, 0);
  const other = new WaitTickets(region, 2);
  new WaitTickets(region, 1).enter(print, 5);
  assertEquals(other.oldestElsewhere(print), 5);
  clearWaits(region, 1);
  assertEquals(other.oldestElsewhere(print), 0);
  new WaitTickets(region, 1).enter(print, 6);
  assertEquals(other.oldestElsewhere(print), 6);
  new WaitTickets(region, 1);
  assertEquals(other.oldestElsewhere(print), 0);
});

Deno.test("WaitTickets.printOf() tells keys and databases apart, and differs between regions", () => {
  const [one, two] = [new WaitTickets(newRegion(), 0), new WaitTickets(newRegion(), 0)];
  const key = bytesOf("key");
  const print = one.printOf(key, 0, 3, 0);
  assertEquals(one.printOf(bytesOf("a key"), 2, 3, 0), print);
  assertNotEquals(one.printOf(key, 0, 3, 1), print);
  assertNotEquals(one.printOf(key, 0, 2, 0), print);
  assertNotEquals(two.printOf(key, 0, 3, 0), print);
});
