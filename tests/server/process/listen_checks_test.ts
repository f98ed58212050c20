// What is checked before anybody listens: ports, socket paths, credentials; each refusal says why.

import {
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  findPort,
  holdPorts,
  prepareUnixPath,
  readCredentials,
  removeSocket,
  socketIdentity,
  StartError,
} from "../../../server/process/listen_checks.ts";
import { configOf } from "../fixture.ts";

/** Runs `body` with a folder that is removed afterwards. */
async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("findPort() finds a free port for 0 and keeps the one that is asked for", () => {
  const port = findPort("127.0.0.1", 0);
  assertNotEquals(port, 0);
  assertEquals(findPort("127.0.0.1", port), port);
});

Deno.test("findPort() refuses a port that is in use, even one that is shared", () => {
  for (const reusePort of [false, Deno.build.os === "linux"]) {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0, reusePort });
    const { port } = listener.addr as Deno.NetAddr;
    const message = `Cannot listen on 127.0.0.1:${port}: the port is in use.`;
    assertThrows(() => findPort("127.0.0.1", port), StartError, message);
  }
});

Deno.test("findPort() refuses addresses that are not of this machine, and says what to do", () => {
  const message = "Cannot listen on 192.0.2.1:0: this machine has no such address. " +
    "Choose another --host";
  assertThrows(() => findPort("192.0.2.1", 0), StartError, message);
  const unknown = assertThrows(() => findPort("none.invalid", 0), StartError);
  assertMatch(unknown.message, /^Cannot listen on none\.invalid:0: .+\. Choose another --host$/);
});

Deno.test({
  name: "prepareUnixPath() clears a dead socket and refuses everything that is alive",
  ignore: Deno.build.os === "windows",
}, () =>
  withFolder(async (folder) => {
    const [free, live, file] = [`${folder}/free`, `${folder}/live`, `${folder}/file`];
    await prepareUnixPath(free);
    assertEquals([...Deno.readDirSync(folder)], []);

    await Deno.writeTextFile(file, "precious");
    await assertRejects(() => prepareUnixPath(file), StartError, "exists and is no socket");
    await assertRejects(() => prepareUnixPath(`${file}/below`), StartError, "Cannot listen on ");
    await assertRejects(
      () => prepareUnixPath(`${folder}/none/a`, "--resp-unix"),
      StartError,
      `Cannot listen on ${folder}/none/a: its folder is not there. Make it or choose another --resp-unix`,
    );

    const listener = Deno.listen({ transport: "unix", path: live });
    const accepted = listener.accept();
    await assertRejects(() => prepareUnixPath(live), StartError, "the socket is in use");
    (await accepted).close();
    listener.close();
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["file"]);
  }));

Deno.test({
  name: "prepareUnixPath() leaves a live server its socket, however slowly that accepts",
  ignore: Deno.build.os !== "linux",
}, () =>
  withFolder(async (folder) => {
    const path = `${folder}/slow`;
    const listener = Deno.listen({ transport: "unix", path });
    const conns: Deno.Conn[] = [];
    // Nobody accepts: at some point the kernel takes no more connections for it either.
    let isFull = false;
    for (let i = 0; i < 10_000 && !isFull; i++) {
      await Deno.connect({ transport: "unix", path })
        .then((conn) => conns.push(conn), () => isFull = true);
    }
    assertEquals(isFull, true);
    await assertRejects(() => prepareUnixPath(path), StartError, "the socket is in use");
    assertNotEquals(socketIdentity(path), null);
    for (const conn of conns) conn.close();
    listener.close();
  }));

Deno.test({
  name: "removeSocket() removes the socket that it is told of, and no other at its path",
  ignore: Deno.build.os === "windows",
}, () =>
  withFolder(async (folder) => {
    const path = `${folder}/a`;
    const first = Deno.listen({ transport: "unix", path });
    const identity = socketIdentity(path);
    await Deno.rename(path, `${folder}/b`);
    const second = Deno.listen({ transport: "unix", path });
    removeSocket(path, identity);
    removeSocket(path, null);
    assertNotEquals(socketIdentity(path), null);
    removeSocket(path, socketIdentity(path));
    assertEquals(socketIdentity(path), null);
    await Deno.writeTextFile(path, "precious");
    removeSocket(path, identity);
    assertEquals(await Deno.readTextFile(path), "precious");
    first.close();
    second.close();
  }));

Deno.test("holdPorts() lets two that start at once go one after the other, whatever they share", async () => {
  const [a, b] = [findPort("127.0.0.1", 0), findPort("127.0.0.1", 0)];
  const first = await holdPorts("127.0.0.1", [b, a, 0]);
  let isHeld = false;
  const second = holdPorts("127.0.0.1", [0, a]).then((held) => {
    isHeld = true;
    return held;
  });
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(isHeld, false);
  first[Symbol.dispose]();
  (await second)[Symbol.dispose]();
  assertEquals(isHeld, true);
});

Deno.test({
  name: "prepareUnixPath() recommends no more permissions for folders of the system",
  ignore: Deno.build.os !== "linux",
  permissions: { read: true, write: true, net: true },
  fn: async () => {
    const error = await assertRejects(() => prepareUnixPath("/proc/x.sock"), StartError);
    assertEquals(
      error.message,
      "Cannot listen on /proc/x.sock: that folder belongs to the system. Choose another --unix",
    );
  },
});

Deno.test("readCredentials() reads both files or says which it cannot use", () =>
  withFolder(async (folder) => {
    const [cert, key, text] = [`${folder}/cert`, `${folder}/key`, `${folder}/text`];
    await Deno.writeTextFile(cert, "-----BEGIN CERTIFICATE-----\n");
    await Deno.writeTextFile(key, "-----BEGIN PRIVATE KEY-----\n");
    await Deno.writeTextFile(text, "text");
    const read = (certPath: string, keyPath: string) =>
      readCredentials(configOf("--tls-cert", certPath, "--tls-key", keyPath));
    assertEquals(await readCredentials(configOf()), {});
    const found = await read(cert, key);
    assertEquals(found, {
      cert: "-----BEGIN CERTIFICATE-----\n",
      key: "-----BEGIN PRIVATE KEY-----\n",
    });
    const none = `${folder}/none`;
    await assertRejects(() => read(none, key), StartError, "Cannot read the file of --tls-cert: ");
    await assertRejects(() => read(cert, none), StartError, "Cannot read the file of --tls-key: ");
    await assertRejects(() => read(cert, text), StartError, "is not in PEM format");
  }));
