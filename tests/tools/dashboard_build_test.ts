/**
 * Tests of the dashboard as one file: that it is made from what lies in dashboard/, that it needs nothing from elsewhere,
 * and that it is as small as promised.
 */

import { assert, assertEquals } from "@std/assert";
import { buildPage, madeFrom, PAGE, smallStyle, sourcesHash } from "../../tools/dashboard_build.ts";

/** Most bytes of the page, not compressed. */
const MAX_BYTES = 120_000;

Deno.test("server/http/dashboard/page.html is made from the sources (deno task dashboard:build)", async () => {
  const page = await Deno.readTextFile(PAGE);
  const { hash, deno } = madeFrom(page);
  assertEquals(hash, await sourcesHash());
  // Another Deno brings another bundler, whose names may be others.
  if (deno === Deno.version.deno) assertEquals(page, await buildPage());
});

Deno.test("the page is one file below 120 KB that asks no other host for anything", async () => {
  const page = await Deno.readTextFile(PAGE);
  const { length } = new TextEncoder().encode(page);
  assert(length < MAX_BYTES, `${length} bytes`);
  assertEquals(page.match(/<(?:script|style)\b[^>]*>/g), ["<style>", '<script type="module">']);
  assertEquals(page.match(/\s(?:src|srcset|action|style|on\w+)=/g), null);
  const addresses = page.match(/https?:\/\/[\w.]+/g) ?? [];
  assertEquals(addresses.filter((address) => address !== "http://www.w3.org"), []);
});

Deno.test("smallStyle() leaves out what means nothing, and keeps spaces between selectors", () => {
  assertEquals(
    smallStyle("/* a */\n.a :hover,\n.b {\n  color: red;\n  margin: 0 1px;\n}\n"),
    ".a :hover,.b{color:red;margin:0 1px}",
  );
});
