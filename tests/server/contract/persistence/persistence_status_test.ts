import { assertEquals } from "@std/assert";
import { PERSISTENCE_WORDS } from "../../../../cache/mod.ts";
import { FaultStep } from "../../../../server/contract/persistence/faults.ts";
import { FACT_PLACES, FACTS } from "../../../../server/contract/persistence/persistence_facts.ts";
import { PersistenceStatus } from "../../../../server/contract/persistence/persistence_status.ts";
import { newRegion } from "../../fixture.ts";

Deno.test("PersistenceStatus gives each fact a place of its own", () => {
  const region = newRegion();
  const status = new PersistenceStatus(region);
  FACTS.forEach(({ name }, i) => status.set(name, i + 1));
  FACTS.forEach(({ name }, i) => assertEquals(new PersistenceStatus(region).get(name), i + 1));
  const from = region.persistenceWord;
  const around = [region.words[from - 1], region.words[from + PERSISTENCE_WORDS]];
  assertEquals(around, [0, 0]);
  assertEquals(FACT_PLACES.size, FACTS.length);
});

Deno.test("PersistenceStatus keeps large facts exactly, and cuts small ones", () => {
  const status = new PersistenceStatus(newRegion());
  for (const value of [0, 2 ** 32 - 1, 2 ** 32, 2 ** 52 + 12_345, 7]) {
    status.set("logPosition", value);
    assertEquals(status.get("logPosition"), value);
  }
  status.set("discardedBytes", 2 ** 32 - 1);
  status.add("discardedBytes", 2);
  assertEquals(status.get("discardedBytes"), 2 ** 32 + 1);
  status.set("lagUs", 2 ** 40);
  assertEquals(status.get("lagUs"), 2 ** 32 - 1);
  status.add("faults", 3);
  assertEquals(status.shown()["faults"], 3);
  assertEquals("fault" in status.shown(), false);
});

Deno.test("PersistenceStatus says what failed and why, and since when", () => {
  const status = new PersistenceStatus(newRegion());
  assertEquals([status.fault, status.cause], [null, null]);
  const full = Object.assign(new Error("write"), { code: "ENOSPC" });
  status.setFault(FaultStep.write, full, 5_000);
  status.setFault(FaultStep.sync, new Error("Input/output error (os error 5)"), 9_000);
  assertEquals(status.fault, "Log cannot be synced: Input/output error");
  assertEquals(status.get("faultSince"), 5);
  assertEquals(status.get("faults"), 2);
  status.setFault(FaultStep.begin, "what is this", 9_000);
  assertEquals(status.fault, "Log cannot be begun: unknown error");
  status.clearFault();
  assertEquals([status.fault, status.cause, status.get("faultSince")], [null, null, 0]);
});
