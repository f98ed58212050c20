// Answers that tell of the server: from which size on they go out bit by bit and count as memory.

import { assertEquals } from "@std/assert";
import type { HttpContext } from "../../../../server/http/context.ts";
import { LARGE_BYTES } from "../../../../server/http/large_answers.ts";
import { OBSERVED_HEADERS, observedText } from "../../../../server/http/observe/observed_answer.ts";

Deno.test("observedText() takes what has more than 64 KiB for large, whatever characters it has", async () => {
  const table: [character: string, times: number, isLarge: boolean][] = [
    ["a", 10, false],
    ["a", LARGE_BYTES, false],
    ["a", LARGE_BYTES + 1, true],
    ["\u20ac", 21_845, false],
    ["\u20ac", 21_846, true],
    ["\u{1f4a9}", 16_384, false],
    ["\u{1f4a9}", 16_385, true],
  ];
  for (const [character, times, isLarge] of table) {
    const text = character.repeat(times);
    const large: number[] = [];
    const largeAnswers = {
      answer(bytes: Uint8Array<ArrayBuffer>, type: string): Response {
        large.push(bytes.length);
        return new Response(bytes, { headers: { "content-type": type } });
      },
    };
    const response = observedText({ largeAnswers } as unknown as HttpContext, text);
    for (const [name, value] of Object.entries(OBSERVED_HEADERS)) {
      assertEquals(response.headers.get(name), value);
    }
    assertEquals(response.headers.get("content-type"), "application/json");
    assertEquals(await response.text(), text);
    assertEquals(large.length, isLarge ? 1 : 0, `${times} of ${character}`);
  }
});
