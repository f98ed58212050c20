// Ctrl-C during a load: the results are printed and the keys are deleted.

import { assertEquals, assertMatch } from "@std/assert";
import { spawn, TestServer, until } from "../../wire/server.ts";

for (const more of [[], ["--rate", "1000"]]) {
  Deno.test({
    name: `bench ${more.join(" ")} prints its results and deletes its keys on Ctrl-C`,
    ignore: Deno.build.os === "windows",
    fn: async () => {
      await using server = await TestServer.start();
      const url = `http://127.0.0.1:${server.port}`;
      const load = ["--duration", "10m", "--connections", "2", "--keys", "500"];
      const child = await spawn(["bench", "--url", url, ...load, ...more]);
      const output = child.output();
      try {
        await until("requests are sent", async () => (await server.stats()).total.hits! > 100);
        child.kill("SIGINT");
        const { code, stdout, stderr } = await output;
        const [printed, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
        assertEquals([code, errors], [0, ""]);
        assertMatch(printed!, /\nRequests +[\d,]+ in .*\nAnswers .*\nProblems +0 wrong/);
        assertEquals(printed!.includes("Unsent"), false);
      } finally {
        try {
          child.kill("SIGKILL");
        } catch {
          // It has ended.
        }
        await output;
      }
      assertEquals(await server.ask('POST / ["DBSIZE"]'), '200 {"result":0}');
    },
  });
}
