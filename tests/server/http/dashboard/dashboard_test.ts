// The dashboard's page: which encoding and which tag it goes out with, and requests with headers that are made to cost much.

import { assertEquals, assertRejects } from "@std/assert";
import { Dashboard } from "../../../../server/http/dashboard/dashboard.ts";

const DEFAULTS = { dashboard: "on", token: undefined, allowAdmin: false } as const;
const dashboard = new Dashboard(DEFAULTS);
const asking = (headers: Record<string, string>) => ({ headers: new Headers(headers) });

Deno.test("Dashboard.answer() compresses for who says so, with a tag of its own", async () => {
  const table: [string | null, string | null][] = [
    ["gzip, deflate, br, zstd", "gzip"],
    ["*", "gzip"],
    ["gzip;q=0.5, identity;q=0.1", "gzip"],
    [null, null],
    ["br", null],
    ["identity", null],
    ["gzip;q=0", null],
    ["gzip;q=0.1, identity", null],
  ];
  for (const [accepted, encoding] of table) {
    const headers: Record<string, string> = accepted === null
      ? {}
      : { "accept-encoding": accepted };
    const response = await dashboard.answer(asking(headers));
    assertEquals(response.headers.get("content-encoding"), encoding, accepted ?? "none");
    const etag = response.headers.get("etag")!;
    assertEquals(etag.endsWith('-gzip"'), encoding === "gzip");
    assertEquals((await response.bytes()).length, Number(response.headers.get("content-length")));
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const again = await dashboard.answer(asking({ ...headers, "if-none-match": known }));
      assertEquals([again.status, again.headers.get("etag")], [304, etag], known);
    }
    const changed = await dashboard.answer(asking({ ...headers, "if-none-match": '"other"' }));
    assertEquals(changed.status, 200);
  }
});

Deno.test("Dashboard.answer() makes the page again after it could not", async () => {
  const other = new Dashboard(DEFAULTS);
  const { digest } = crypto.subtle;
  crypto.subtle.digest = () => Promise.reject(new Error("no memory"));
  try {
    await assertRejects(() => other.answer(asking({})), Error, "no memory");
  } finally {
    crypto.subtle.digest = digest;
  }
  assertEquals((await other.answer(asking({}))).status, 200);
});

Deno.test("Dashboard.answer() tells the page whether it may administer, change or only show", async () => {
  const modeOf = async (options: Partial<ConstructorParameters<typeof Dashboard>[0]>) => {
    const response = await new Dashboard({ ...DEFAULTS, ...options }).answer(asking({}));
    return /data-mode="(\w+)"/.exec(await response.text())![1];
  };
  assertEquals(await modeOf({}), "on");
  assertEquals(await modeOf({ allowAdmin: true }), "admin");
  assertEquals(await modeOf({ token: "sesame" }), "admin");
  assertEquals(await modeOf({ dashboard: "read", allowAdmin: true }), "read");
});

Deno.test("Dashboard looks at no header that is longer than any browser's", async () => {
  const spaces = `a${" ".repeat(60_000)}b`;
  assertEquals(dashboard.isWanted(asking({ accept: `text/html,${"a/b,".repeat(500)}` })), false);
  assertEquals(dashboard.isWanted(asking({ accept: "text/html" })), true);
  const response = await dashboard.answer(
    asking({ "if-none-match": spaces, "accept-encoding": `gzip,${"a,".repeat(30_000)}` }),
  );
  assertEquals([response.status, response.headers.get("content-encoding")], [200, null]);
});
