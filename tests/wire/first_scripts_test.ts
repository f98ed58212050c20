// The first scripts of a worker, which wait until the machine of scripts is there: their commands work as those of all
// later ones do.

import { connectRaw, exchange } from "./raw_fixture.ts";
import { TestServer } from "./server.ts";

const COUNT = "return redis.call('INCRBY',KEYS[1],ARGV[1])";
const EVAL = `EVAL "${COUNT}" 1 n 2\r\n`;

for (
  const [what, send, expect] of [
    ["alone", EVAL + EVAL, ":7\r\n:9\r\n"],
    [
      "in a transaction",
      `MULTI\r\n${EVAL}INCRBY n 2\r\nEXEC\r\n`,
      "+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:7\r\n:9\r\n",
    ],
  ] as const
) {
  Deno.test(`the first script of a worker counts on from what is stored, ${what}`, async () => {
    await using server = await TestServer.start(["--resp-port", "0"]);
    using client = await connectRaw(server, "redis");
    await exchange(client, "SET n 5\r\n", "+OK\r\n");
    await exchange(client, send, expect);
    await exchange(client, "GET n\r\n", "$1\r\n9\r\n");
  });
}
