// deno task test:binary tests a binary, or fails.

import { assertEquals, assertRejects } from "@std/assert";
import { binaryPath } from "../../tools/test_binary.ts";

Deno.test("binaryPath() takes relative paths, and refuses to go on without a binary", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.writeTextFile(`${folder}/slabkv`, "");
    assertEquals(await binaryPath("slabkv", folder), `${folder}/slabkv`);
    assertEquals(await binaryPath(`${folder}/slabkv`, "/"), `${folder}/slabkv`);
    for (const none of [undefined, "", "gone", "."]) {
      await assertRejects(
        () => binaryPath(none, folder),
        Error,
        "Cannot test a binary: SLABKV_BIN",
      );
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
