// Why a server cannot be reached: one line that says what to do.

import { assertEquals } from "@std/assert";
import { explain } from "../../client/connection.ts";
import { parseTarget } from "../../client/target.ts";

const access = {
  target: parseTarget("https://localhost")!,
  token: undefined,
  timeoutMs: 5000,
  caCerts: [],
};

function messageOf(error: Error): string {
  return explain(access, error, new AbortController().signal).message;
}

Deno.test("explain() says how to make a certificate where that of the server is an authority's", () => {
  const error = new Error("invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))");
  assertEquals(
    messageOf(error),
    "Cannot reach https://localhost: its certificate is that of an authority (CA:TRUE), as openssl req -x509 " +
      "makes them. Make one with -addext basicConstraints=CA:FALSE and trust it with --ca FILE",
  );
  assertEquals(
    messageOf(new Error("invalid peer certificate: UnknownIssuer")),
    "Cannot reach https://localhost: invalid peer certificate: UnknownIssuer. " +
      "Give the authority to trust with --ca FILE",
  );
});
