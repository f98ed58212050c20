// SIGHUP reads the certificate again: new connections get it, old ones live on, a bad file changes nothing.
// The two certificates are for tests only.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { RawClient } from "./raw_client.ts";
import { TestServer, until } from "./server.ts";

const fixture = (name: string) => new URL(`./fixtures/for_tests_only_${name}.pem`, import.meta.url);
const FIRST = [fixture("cert"), fixture("key")] as const;
const SECOND = [fixture("second_cert"), fixture("second_key")] as const;

/** Whether a new connection to `port` gets this certificate. */
async function presents(port: number, cert: URL): Promise<boolean> {
  const caCerts = [await Deno.readTextFile(cert)];
  try {
    using conn = await Deno.connectTls({ hostname: "localhost", port, caCerts });
    await conn.handshake();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.InvalidData) return false;
    throw error;
  }
}

async function ping(client: RawClient): Promise<string> {
  await client.send("PING\r\n");
  return await client.receiveText(7);
}

async function reloads(folder: string): Promise<void> {
  const [cert, key] = [`${folder}/cert.pem`, `${folder}/key.pem`];
  const use = async ([from, fromKey]: readonly [URL, URL]) => {
    await Deno.copyFile(from, cert);
    await Deno.copyFile(fromKey, key);
  };
  await use(FIRST);
  const args = ["--tls-cert", cert, "--tls-key", key, "--resp-port", "0", "--workers", "2"];
  await using server = await TestServer.start(args);
  const ports = (server.event("start")!.addresses as string[])
    .map((address) => Number(/:(\d+)$/.exec(address)![1]));
  const caCerts = [await Deno.readTextFile(FIRST[0])];
  const port = ports[1]!;
  using old = new RawClient(await Deno.connectTls({ hostname: "localhost", port, caCerts }));
  assertEquals(await ping(old), "+PONG\r\n");

  await use(SECOND);
  server.kill("SIGHUP");
  await until("the certificate was read", () => server.event("reload") ?? false);
  for (const port of ports) {
    await until("all workers have it", async () => {
      for (let i = 0; i < 10; i++) if (!await presents(port, SECOND[0])) return false;
      return true;
    });
    assertEquals(await presents(port, FIRST[0]), false);
  }
  assertEquals(await ping(old), "+PONG\r\n");

  const said = (text: string) => until(text, () => server.stderr.includes(text));
  await Deno.copyFile(FIRST[1], key); // of another certificate
  server.kill("SIGHUP");
  await said("the certificate before stays. Cannot use --tls-cert and --tls-key");
  await Deno.writeTextFile(cert, "nothing");
  server.kill("SIGHUP");
  await said("is not in PEM format");
  for (const port of ports) assertEquals(await presents(port, SECOND[0]), true);
  assertStringIncludes(await ping(old), "PONG");
}

Deno.test({
  name: "SIGHUP reads the certificate again, for HTTP and RESP",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      await reloads(folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
