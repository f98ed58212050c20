/**
 * Tests of checking the files of deployment: what counts as a finding and what is skipped, and that
 * every check looks at files that exist.
 */

import { assertEquals, assertMatch } from "@std/assert";
import { type Check, CHECKS, type Run, runCheck } from "../../tools/check_deploy.ts";

const check: Check = { tool: "lint", source: undefined, calls: () => [["a"], ["b"]] };

/** Pretends to run: the calls in `findings` print something and fail. */
function pretend(findings: readonly string[]): Run {
  return (_program, args) => {
    const success = !findings.includes(args[0]!);
    return Promise.resolve({ success, output: success ? "" : `bad ${args[0]}\n` });
  };
}

Deno.test("runCheck() is ok where no call has findings", async () => {
  assertEquals(await runCheck(check, "/w", pretend([])), { verdict: "ok", output: "" });
});

Deno.test("runCheck() runs all calls and shows those with findings", async () => {
  const { verdict, output } = await runCheck(check, "/w", pretend(["a", "b"]));
  assertEquals([verdict, output], ["failed", "lint a\nbad a\nlint b\nbad b\n"]);
});

Deno.test("runCheck() skips tools that are not there, and checks without anything to do", async () => {
  const absent: Run = () => Promise.resolve("not found");
  assertEquals(await runCheck(check, "/w", absent), {
    verdict: "skipped",
    output: "not found",
  });
  const idle = { ...check, calls: () => [] };
  assertEquals((await runCheck(idle, "/w", pretend([]))).verdict, "skipped");
});

Deno.test("checks have sources with exact versions", () => {
  for (const { source } of CHECKS) {
    if (source === undefined) continue;
    if ("pip" in source) assertMatch(source.pip, /^[\w-]+==\d+(\.\d+)+$/);
    else assertMatch(source.go, /^[\w./-]+@v\d+\.\d+\.\d+$/);
  }
});

Deno.test("checks look at files that exist", async () => {
  const root = new URL("../../", import.meta.url);
  for (const { calls, tool } of CHECKS.slice(0, 5)) {
    for (const arg of (await calls("/w")).flat()) {
      if (/^(\w[\w./-]*\/|\w+\.sh$|Dockerfile$|\.github$)/.test(arg)) {
        assertEquals((await Deno.stat(new URL(arg, root))) !== undefined, true, `${tool} ${arg}`);
      }
    }
  }
});
