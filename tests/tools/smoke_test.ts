// deploy/smoke.sh against a server behind nginx, with a netcat that ends its side of the connection at the
// end of its input, as Ncat does.

import { assertEquals } from "@std/assert";
import { TestServer, until } from "../wire/server.ts";

const script = new URL("../../deploy/smoke.sh", import.meta.url).pathname;

/** A netcat that half closes: NAME … HOST PORT. */
const NETCAT = `
const port = Number(Deno.args.at(-1));
const conn = await Deno.connect({ hostname: Deno.args.at(-2), port });
const reading = conn.readable.pipeTo(Deno.stdout.writable).catch(() => {});
const input = Deno.stdin.readable.getReader();
const { value } = await input.read();
// The end of an input that ends at once is sent together with its bytes, as a faster program would.
const rest = input.read();
await Promise.race([rest, new Promise((resolve) => setTimeout(resolve, 100))]);
const sent = conn.write(value);
const closed = rest.then(() => conn.closeWrite()).catch(() => {});
await Promise.all([sent, closed, reading]);
`;

async function isThere(program: string, ...args: string[]): Promise<boolean> {
  try {
    const env = { PATH: `${Deno.env.get("PATH")}:/usr/sbin` };
    return (await new Deno.Command(program, { args, env }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function smokes(folder: string): Promise<void> {
  await using server = await TestServer.start();
  using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr as Deno.NetAddr;
  free.close();
  await Deno.writeTextFile(`${folder}/nc.js`, NETCAT);
  const netcat = `#!/bin/sh\nexec "${Deno.execPath()}" run -A --no-config "${folder}/nc.js" "$@"\n`;
  await Deno.writeTextFile(`${folder}/nc`, netcat, { mode: 0o755 });
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const places = kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join("\n");
  await Deno.writeTextFile(
    `${folder}/nginx.conf`,
    `daemon off;\npid ${folder}/nginx.pid;\nevents {}\nhttp {\naccess_log off;\n${places}\n` +
      `server { listen 127.0.0.1:${port}; location / { proxy_http_version 1.1;\n` +
      `proxy_set_header Host 127.0.0.1; proxy_pass http://127.0.0.1:${server.port}; } }\n}\n`,
  );
  const env = { PATH: `${folder}:${Deno.env.get("PATH")}:/usr/sbin` };
  const args = ["-c", `${folder}/nginx.conf`, "-e", `${folder}/error.log`];
  const nginx = new Deno.Command("nginx", { args, env, stderr: "null" }).spawn();
  try {
    await until("nginx listens", async () => {
      const conn = await Deno.connect({ port }).catch(() => undefined);
      conn?.close();
      return conn !== undefined;
    });
    const smoke = new Deno.Command("sh", { args: [script, "127.0.0.1", String(port)], env });
    const { code, stdout, stderr } = await smoke.output();
    const [printed, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assertEquals([code, printed, errors], [
      0,
      `smoke: all answers of http://127.0.0.1:${port} are right\n`,
      "",
    ]);
  } finally {
    nginx.kill("SIGQUIT");
    await nginx.status;
  }
}

Deno.test({
  name: "deploy/smoke.sh is content with a server behind nginx, also with Ncat",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    if (!await isThere("nginx", "-v") || !await isThere("curl", "--version")) {
      console.log("skipped: no nginx or no curl");
      return;
    }
    const folder = await Deno.makeTempDir();
    try {
      await Deno.chmod(folder, 0o755);
      await smokes(folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
