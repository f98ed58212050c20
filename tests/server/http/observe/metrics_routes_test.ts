// Metrics longer than what goes out at once: whole for who takes them, and counted as memory meanwhile.

import { assertEquals } from "@std/assert";
import { MemoryBudget } from "../../../../server/contract/memory_budget.ts";
import type { HttpContext } from "../../../../server/http/context.ts";
import { LARGE_BYTES, LargeAnswers } from "../../../../server/http/large_answers.ts";
import { METRICS_ROUTES } from "../../../../server/http/observe/metrics_routes.ts";
import { newRegion } from "../../fixture.ts";

const TEXT = "slabkv_x 1\n".repeat(LARGE_BYTES);

/** What /metrics answers where that is `text`, and what is taken of the budget then. */
async function ask(text: string | Promise<string>, budgetBytes: number) {
  const region = newRegion();
  const budget = new MemoryBudget(region, 1, budgetBytes);
  const largeAnswers = new LargeAnswers(region, 1, budget, 1000, () => 0);
  const access = { header: (request: Request, name: string) => request.headers.get(name) };
  const context = { access, largeAnswers, status: { metricsText: () => text } };
  const { methods } = METRICS_ROUTES.find(({ path }) => path === "/metrics")!;
  const request = new Request("http://localhost/metrics");
  const answer = await methods["GET"]!(context as unknown as HttpContext, request, request.url, -1);
  return { answer, budget };
}

Deno.test("/metrics of more than 64 KiB go out as the client takes them, with the same headers", async () => {
  const { answer, budget } = await ask(Promise.resolve(TEXT), 16 * TEXT.length);
  assertEquals(budget.takenBytes > TEXT.length, true);
  assertEquals(await answer.text(), TEXT);
  assertEquals(budget.takenBytes, 0);
  const { answer: short } = await ask("slabkv_x 1\n", 0);
  for (const name of ["content-type", "cache-control", "vary", "x-content-type-options"]) {
    assertEquals(answer.headers.get(name), short.headers.get(name), name);
  }
});

Deno.test("/metrics of more than 64 KiB are refused where there is no memory for them", async () => {
  const { answer } = await ask(TEXT, TEXT.length);
  assertEquals([answer.status, answer.headers.get("retry-after")], [503, "1"]);
});
