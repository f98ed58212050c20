// Which versions of Deno the server runs with.

import { assertEquals } from "@std/assert";
import { denoProblem, MIN_DENO } from "../../../server/config/version.ts";

Deno.test("denoProblem() refuses what is older than the oldest that was tested", () => {
  for (const version of [MIN_DENO, "2.9.10", "2.10.0", "3.0.0", "2.9.6+abc", Deno.version.deno]) {
    assertEquals(denoProblem(version), undefined, version);
  }
  for (const version of ["2.9.5", "2.8.99", "1.46.3", "2.9.5-rc.1"]) {
    assertEquals(
      denoProblem(version),
      `Cannot run with Deno ${version}: it takes 2.9.6 or later, such as npx --yes deno@2.9.6 task start`,
    );
  }
});
