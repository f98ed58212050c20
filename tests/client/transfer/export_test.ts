// slabkv export: the file is there when it is whole, and what was there before stays until then.

import { assertEquals, assertMatch } from "@std/assert";
import { FakeServer, run, text } from "../fixture.ts";

const COMMANDS = "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n" +
  "*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$2\r\n\r\n\r\n";

async function inFolder(work: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(`${folder}/out.resp`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function namesBeside(path: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(path.slice(0, path.lastIndexOf("/")))) names.push(name);
  return names.sort();
}

Deno.test("export writes what comes to the file, or to stdout", async () => {
  await using server = new FakeServer((_, path) => {
    return path === "/export"
      ? new Response(COMMANDS, { headers: { "slabkv-items": "2" } })
      : text("", 404);
  });
  await inFolder(async (path) => {
    await Deno.writeTextFile(path, "before");
    const { code, stdout } = await run(["export", path, "--url", server.url]);
    assertEquals(code, 0);
    assertMatch(stdout, /^Wrote 2 items, 78 bytes, in \d\.\d s\n$/);
    assertEquals(await Deno.readTextFile(path), COMMANDS);
    assertEquals(await namesBeside(path), ["out.resp"]);
  });
  const piped = await run(["export", "-", "--url", server.url, "--json"]);
  assertEquals(piped.stdout, COMMANDS);
  assertEquals(JSON.parse(piped.stderr).items, 2);
});

Deno.test("export shows a bar on a terminal", async () => {
  await using server = new FakeServer(() =>
    new Response(COMMANDS, { headers: { "slabkv-items": "2" } })
  );
  const { stderr } = await run(["export", "-", "--url", server.url], { isTerminal: true });
  assertMatch(stderr, /^\r0 items/);
});

Deno.test("export leaves nothing behind where it fails, and keeps what was there", async () => {
  const answers: [() => Response, RegExp][] = [
    [() => text('{"message":"no"}', 403), /answered 403: no/],
    [() => new Response(COMMANDS.slice(0, -3)), /ended inside a command/],
    [() => new Response(cutOff()), /closed before the answer ended|reset/],
  ];
  for (const [answer, message] of answers) {
    await using server = new FakeServer(answer);
    await inFolder(async (path) => {
      await Deno.writeTextFile(path, "before");
      const { code, stderr } = await run(["export", path, "--url", server.url]);
      assertEquals(code, 2);
      assertMatch(stderr, message);
      assertEquals(await Deno.readTextFile(path), "before");
      assertEquals(await namesBeside(path), ["out.resp"]);
    });
  }
});

Deno.test("export says where it cannot write", async () => {
  const { code, stderr } = await run(["export", "/nothing/here", "--url", "http://127.0.0.1:9"]);
  assertEquals(code, 2);
  assertMatch(stderr, /^slabkv: Cannot write \/nothing\/here: /);
});

/** A body that breaks off. */
function cutOff(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(new TextEncoder().encode(COMMANDS));
      setTimeout(() => controller.error(new Error("broken")), 10);
    },
  });
}
