// The letters of notify-keyspace-events: written as Redis 7.0 writes them, and their bits are those of the engine.

import { assertEquals } from "@std/assert";
import { KeyEventClass } from "../../../cache/mod.ts";
import {
  notificationFlags,
  notificationLetters,
} from "../../../server/config/notification_flags.ts";

Deno.test("notificationLetters() writes what Redis writes", () => {
  // As redis-server 7.0.15 answers CONFIG GET after CONFIG SET.
  const table: [given: string, expected: string][] = [
    ["KEA", "AKE"],
    ["A", "A"],
    ["KEAmn", "AKEm"],
    ["KEn", "nKE"],
    ["gK", "gK"],
    ["$lshzxetdKE", "$lshzxetdKE"],
    ["g$lshzxetd", "A"],
    ["g$lshzxet", "g$lshzxet"],
    ["Kmn", "nKm"],
    ["xx", "x"],
    ["", ""],
  ];
  for (const [given, expected] of table) {
    assertEquals(notificationLetters(notificationFlags(given)!), expected, given);
  }
  assertEquals(notificationFlags("KEq"), undefined);
});

Deno.test("each letter has the bit of its class in the engine", () => {
  const letters: Readonly<Record<keyof typeof KeyEventClass, string>> = {
    keyspace: "K",
    keyevent: "E",
    generic: "g",
    string: "$",
    list: "l",
    set: "s",
    hash: "h",
    sortedSet: "z",
    expired: "x",
    evicted: "e",
    stream: "t",
    missed: "m",
    module: "d",
    added: "n",
  };
  for (const [name, bit] of Object.entries(KeyEventClass)) {
    assertEquals(notificationFlags(letters[name as keyof typeof KeyEventClass]), bit, name);
  }
});
