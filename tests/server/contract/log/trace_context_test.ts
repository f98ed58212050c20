// Which traceparent headers are valid, by the examples and rules of the W3C's Trace Context.

import { assertEquals } from "@std/assert";
import { validTraceparent } from "../../../../server/contract/log/trace_context.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";

Deno.test("validTraceparent() takes what the W3C allows, and nothing of what may follow in later versions", () => {
  const whole = `00-${TRACE}-${PARENT}-01`;
  assertEquals(validTraceparent(whole), whole);
  assertEquals(
    validTraceparent(`cc-${TRACE}-${PARENT}-01-what-will-be`),
    `cc-${TRACE}-${PARENT}-01`,
  );
  const refused: readonly (string | null)[] = [
    null,
    "",
    `${whole}-more`,
    `cc-${TRACE}-${PARENT}-01.more`,
    `ff-${TRACE}-${PARENT}-01`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${"0".repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE}-${PARENT}`,
    `00-${TRACE}-${PARENT}-1`,
    `00-${TRACE}-${PARENT}-01\n`,
    ` ${whole}`,
  ];
  for (const header of refused) assertEquals(validTraceparent(header), null, String(header));
});
