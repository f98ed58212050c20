// What README.md and docs/types.md say that curl prints is what a fresh server answers: the lines that post something,
// each with what stands behind its arrow.

import { assert, assertEquals } from "@std/assert";
import { TestServer } from "./server.ts";

const POSTED = /^curl -d '([^']*)' localhost:7171(\S*)\n# → (.*)$/gm;

for (const [page, fewest] of [["README.md", 9], ["docs/types.md", 22]] as const) {
  Deno.test(`${page} tells what curl prints`, async () => {
    await using server = await TestServer.start();
    const text = await Deno.readTextFile(new URL(`../../${page}`, import.meta.url));
    const lines = [...text.matchAll(POSTED)];
    assert(lines.length >= fewest, `${lines.length} lines`);
    for (const [line, body, path, expected] of lines) {
      const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
        method: "POST",
        body: body!,
        headers: { "content-type": "application/x-www-form-urlencoded" },
      });
      assertEquals(await response.text(), expected, line);
    }
  });
}
