// Which format of metrics an Accept header asks for.

import { assertEquals } from "@std/assert";
import { acceptedFormat } from "../../../../server/http/observe/accepted_format.ts";

const PROMETHEUS =
  "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75," +
  "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

Deno.test("acceptedFormat() takes what is weighed most, and text where that is neither", () => {
  const cases: readonly (readonly [string | null, string])[] = [
    [null, "text"],
    ["", "text"],
    ["*/*", "text"],
    ["text/html,application/xhtml+xml,*/*;q=0.8", "text"],
    [PROMETHEUS, "openmetrics"],
    ["text/plain;version=0.0.4;q=0.5, application/openmetrics-text; version=1.0.0; q=0.4", "text"],
    [
      "text/plain;version=0.0.4;q=0.5,application/openmetrics-text;version=1.0.0;q=0.6",
      "openmetrics",
    ],
    ["application/openmetrics-text", "openmetrics"],
    ['APPLICATION/OPENMETRICS-TEXT; VERSION="1.0.0"', "openmetrics"],
    ["application/openmetrics-text;version=2.0.0", "text"],
    ["application/openmetrics-text;q=0", "text"],
    ["application/openmetrics-text;q=0.5,text/plain", "text"],
    ["application/openmetrics-text,text/plain", "text"],
    ["application/openmetrics-text;q=x,*/*;q=0.1", "text"],
    ["*/*;q=0.9,application/openmetrics-text;q=0.5,text/plain;q=0.1", "openmetrics"],
    ["application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily", "text"],
    ["__proto__;version=1.0.0,constructor", "text"],
    [`${",".repeat(5000)}application/openmetrics-text`, "text"],
  ];
  for (const [accept, format] of cases) assertEquals(acceptedFormat(accept), format, `${accept}`);
});
