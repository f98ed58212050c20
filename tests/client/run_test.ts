// runClient() and serverArguments(): whose a command line is.

import { assertEquals } from "@std/assert";
import { serverArguments } from "../../client/mod.ts";
import { run } from "./fixture.ts";

Deno.test("serverArguments() gives the server what begins with an option, and serve", () => {
  const table: [string[], string[] | undefined][] = [
    [[], []],
    [["--port", "1"], ["--port", "1"]],
    [["-h"], ["-h"]],
    [["serve"], []],
    [["serve", "--port", "1"], ["--port", "1"]],
    [["help", "serve"], ["--help"]],
    [["help"], undefined],
    [["get", "serve"], undefined],
    [["sevre"], undefined],
  ];
  for (const [args, expected] of table) {
    assertEquals(serverArguments(args), expected, args.join(" "));
  }
});

Deno.test("runClient() exits with 2 and one line for what it cannot do", async () => {
  const { code, stdout, stderr } = await run(["sevre"]);
  const message = 'slabkv: Unknown command "sevre": did you mean serve? See slabkv help\n';
  assertEquals([code, stdout, stderr], [2, "", message]);
});
