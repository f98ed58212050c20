// Routes that tell of the server, and the dashboard's page, are answered while everything else is refused: then somebody wants to
// know why. The workers are real ones.

import { assertEquals, assertMatch } from "@std/assert";
import { RegionState } from "../../../cache/mod.ts";
import { ADMITS_NONE, setBreaker } from "../../../server/contract/breaker/gate.ts";
import { ROUTES } from "../../../server/http/routes.ts";
import { PoolBench } from "./pool_bench.ts";

const PAGE = "GET /\naccept: text/html";
/** All that end by themselves and take no parameters. */
const PATHS = ROUTES.filter(({ observes }) => observes).map(({ path }) => path)
  .filter((path) => path !== "/stats/live" && path !== "/stats/item");

async function assertAnswered(bench: PoolBench): Promise<void> {
  for (const path of PATHS) assertMatch(await bench.ask(`GET ${path}`), /^200 /, path);
  assertMatch(await bench.ask(PAGE), /^200 <!doctype html>/);
  assertMatch(await bench.ask("GET /stats/item?key=none"), /^(404|503) /);
}

const options = { ignore: Deno.build.os !== "linux" };

Deno.test(
  "routes that observe and the page are answered whatever the breaker refuses",
  options,
  async () => {
    using bench = new PoolBench(false);
    await bench.pool.add();
    bench.region.state = RegionState.ready;
    setBreaker(bench.region, 1, ADMITS_NONE);
    assertEquals((await bench.ask("GET /get?key=k")).slice(0, 4), "503 ");
    assertEquals((await bench.ask("GET /")).slice(0, 4), "503 ");
    await assertAnswered(bench);
    assertEquals(bench.region.total("shed"), 2);
    assertEquals(PATHS.length > 10, true);
  },
);

Deno.test(
  "routes that observe and the page are answered while data are loaded",
  options,
  async () => {
    using bench = new PoolBench(true);
    await bench.pool.add();
    assertEquals((await bench.ask("GET /get?key=k")).slice(0, 4), "503 ");
    await assertAnswered(bench);
  },
);

Deno.test("routes that observe need the token, which the page does not", options, async () => {
  using bench = new PoolBench(false, "--token", "s3cret");
  await bench.pool.add();
  for (const path of [...PATHS, "/stats/live", "/stats/item?key=k"]) {
    assertMatch(await bench.ask(`GET ${path}`), /^401 /, path);
    assertMatch(await bench.ask(`GET ${path}\nauthorization: Bearer wrong`), /^401 /, path);
  }
  assertMatch(await bench.ask(PAGE), /^200 <!doctype html>/);
});

Deno.test(
  "answers of routes that observe are kept by nobody, and read as nothing but what they are",
  options,
  async () => {
    using bench = new PoolBench(false);
    await bench.pool.add();
    using client = await bench.client(0);
    for (const path of PATHS) {
      const { headers } = await client.ask(`GET ${path}`);
      assertMatch(headers.get("cache-control")!, /^no-store\b/, path);
      assertEquals(headers.get("x-content-type-options"), "nosniff", path);
      assertEquals(headers.get("cross-origin-resource-policy"), "same-origin", path);
    }
  },
);
