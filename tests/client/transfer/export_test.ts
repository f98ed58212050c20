// slabkv export: the file is there when it is whole, and what was there before stays until then.

import { assertEquals, assertMatch } from "@std/assert";
import { spawn, until } from "../../wire/server.ts";
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

Deno.test("export counts collections and what is restored, each once", async () => {
  const commands = [
    "SET a 1",
    "DEL h",
    "HSET h f v g w",
    "HSET h i x",
    "DEL l",
    "RPUSH l a",
    "RESTORE b 0 x REPLACE",
  ]
    .map((line) => line.split(" "))
    .map((words) =>
      `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`
    )
    .join("");
  await using server = new FakeServer(() =>
    new Response(commands, { headers: { "slabkv-items": "4" } })
  );
  const { stderr } = await run(["export", "-", "--url", server.url, "--json"]);
  assertEquals(JSON.parse(stderr).items, 4);
});

Deno.test("export asks for nothing where its file is a folder", async () => {
  await inFolder(async (path) => {
    const folder = path.slice(0, path.lastIndexOf("/"));
    const { code, stderr } = await run(["export", folder, "--url", "http://127.0.0.1:1"]);
    assertEquals(code, 2);
    assertEquals(stderr, `slabkv: Cannot write ${folder}: it is a folder\n`);
  });
});

Deno.test("export shows a bar on a terminal", async () => {
  await using server = new FakeServer(() =>
    new Response(COMMANDS, { headers: { "slabkv-items": "2" } })
  );
  const { stderr } = await run(["export", "-", "--url", server.url], { isTerminal: true });
  assertMatch(stderr, /^\r0 items/);
});

Deno.test("export leaves nothing behind where it fails, and keeps what was there", async () => {
  const head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
  const chunk = (content: string) => `${content.length.toString(16)}\r\n${content}\r\n`;
  const answers: [string, RegExp][] = [
    ['HTTP/1.1 403 Forbidden\r\ncontent-length: 16\r\n\r\n{"message":"no"}', /answered 403: no/],
    [`${head}${chunk(COMMANDS.slice(0, -3))}0\r\n\r\n`, /ended inside a command/],
    [`${head}${chunk(COMMANDS)}`, /closed before the answer ended/],
    [`${head}${chunk(COMMANDS).slice(0, -20)}`, /closed before the answer ended/],
  ];
  for (const [answer, message] of answers) {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const serving = answerOnce(listener, answer);
    await inFolder(async (path) => {
      await Deno.writeTextFile(path, "before");
      const url = `http://127.0.0.1:${listener.addr.port}`;
      const { code, stderr } = await run(["export", path, "--url", url]);
      assertEquals(code, 2);
      assertMatch(stderr, message);
      assertEquals(await Deno.readTextFile(path), "before");
      assertEquals(await namesBeside(path), ["out.resp"]);
    });
    await serving;
  }
});

Deno.test({
  name: "export leaves nothing behind on Ctrl-C",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (path) => {
      await using server = new FakeServer(() => {
        return new Response(
          new ReadableStream({
            start: (controller) => controller.enqueue(new TextEncoder().encode(COMMANDS)),
          }),
        );
      });
      const child = await spawn(["export", path, "--url", server.url, "--timeout", "1m"]);
      const beside = `${path}.tmp`;
      await until("what has come is written", async () => {
        return (await Deno.stat(beside).catch(() => null))?.size === COMMANDS.length;
      });
      child.kill("SIGINT");
      const { code, stderr } = await child.output();
      assertEquals(code, 2);
      assertEquals(new TextDecoder().decode(stderr), `slabkv: Interrupted: ${path} is as it was\n`);
      assertEquals(await namesBeside(path), []);
    }),
});

async function answerOnce(listener: Deno.TcpListener, answer: string): Promise<void> {
  const conn = await listener.accept();
  listener.close();
  await conn.read(new Uint8Array(1000));
  await conn.write(new TextEncoder().encode(answer));
  conn.close();
}

Deno.test("export says where it cannot write", async () => {
  const { code, stderr } = await run(["export", "/nothing/here", "--url", "http://127.0.0.1:9"]);
  assertEquals(code, 2);
  assertMatch(stderr, /^slabkv: Cannot write \/nothing\/here: /);
});
