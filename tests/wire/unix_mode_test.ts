// Who may use a Unix socket: --unix-mode and --resp-unix-mode, and the recipe of docs/deploy.md for a
// proxy under another user, tried with nginx where it is installed.

import { assertEquals } from "@std/assert";
import { RawClient } from "./raw_client.ts";
import { TestServer, until } from "./server.ts";

const ignore = Deno.build.os === "windows";
const modeOf = (path: string) => (Deno.statSync(path).mode ?? 0) & 0o777;

/** Runs a program to its end. Returns what it prints, or undefined if it is not there or fails. */
async function printed(program: string, ...args: string[]): Promise<string | undefined> {
  try {
    const path = `${Deno.env.get("PATH")}:/usr/sbin`;
    const command = new Deno.Command(program, { args, env: { PATH: path } });
    const { success, stdout } = await command.output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

Deno.test(
  { name: "--unix-mode and its kin say who may use a socket", ignore },
  async () => {
    const folder = await Deno.makeTempDir();
    const [http, resp] = [`${folder}/http.sock`, `${folder}/resp.sock`];
    const memcache = `${folder}/memcache.sock`;
    const sockets = ["--unix", http, "--resp-unix", resp, "--memcache-unix", memcache];
    try {
      for (const [a, b] of [["0600", "0666"], ["666", "640"]] as const) {
        const modes = ["--unix-mode", a, "--resp-unix-mode", b, "--memcache-unix-mode", b];
        await using _server = await TestServer.start([...sockets, ...modes]);
        const bits = [a, b, b].map((mode) => Number.parseInt(mode, 8));
        assertEquals([http, resp, memcache].map(modeOf), bits);
        using other = new RawClient(await Deno.connect({ transport: "unix", path: memcache }));
        await other.send("set k 0 0 1\r\nv\r\nget k\r\n");
        const answer = "STORED\r\nVALUE k 0 1\r\nv\r\nEND\r\n";
        assertEquals(await other.receiveText(answer.length), answer);
        using client = new RawClient(await Deno.connect({ transport: "unix", path: http }));
        assertEquals((await client.ask("GET /health")).status, 200);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

/** An nginx in `folder` that passes on to the socket there, under another user if it can. */
class Proxy implements AsyncDisposable {
  private constructor(readonly process: Deno.ChildProcess, readonly path: string) {}

  static async start(folder: string, socket: string, user: string): Promise<Proxy> {
    const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    const places = kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join("\n");
    const path = `${folder}/nginx.sock`;
    await Deno.writeTextFile(
      `${folder}/nginx.conf`,
      `${user}\ndaemon off;\nmaster_process on;\npid ${folder}/nginx.pid;\n` +
        `error_log ${folder}/error.log;\nevents {}\nhttp {\naccess_log off;\n${places}\n` +
        `server { listen unix:${path}; location / { proxy_pass http://unix:${socket}; } }\n}\n`,
    );
    const args = ["-c", `${folder}/nginx.conf`, "-e", `${folder}/error.log`];
    const env = { PATH: `${Deno.env.get("PATH")}:/usr/sbin` };
    const process = new Deno.Command("nginx", { args, env, stdout: "null", stderr: "null" })
      .spawn();
    return new Proxy(process, path);
  }

  /** The status of an answer through it. */
  async status(): Promise<number> {
    const conn = await until("nginx listens", async () => {
      try {
        return await Deno.connect({ transport: "unix", path: this.path });
      } catch {
        return false;
      }
    });
    using client = new RawClient(conn);
    return (await client.ask("GET /health")).status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill("SIGQUIT");
    await this.process.status;
  }
}

Deno.test(
  { name: "a proxy under another user reaches the socket of its group", ignore },
  async () => {
    if (await printed("nginx", "-v") === undefined) {
      console.log("skipped: no nginx");
      return;
    }
    // Only root can become somebody else; for others it is the same user, whom the mode lets in too.
    const isRoot = Deno.uid() === 0;
    const group = isRoot ? await printed("id", "-gn", "nobody") : undefined;
    const folder = await Deno.makeTempDir();
    const shared = `${folder}/run`;
    try {
      await Deno.chmod(folder, 0o755);
      await Deno.mkdir(shared);
      if (group !== undefined) {
        await Deno.chown(
          shared,
          0,
          Number(await printed("id", "-g", "nobody")),
        );
      }
      await Deno.chmod(shared, 0o2750);
      const socket = `${shared}/slabkv.sock`;
      const user = group === undefined ? "" : `user nobody ${group};`;
      await using proxy = await Proxy.start(folder, socket, user);
      for (const [mode, status] of [["0660", 200], ["0600", group === undefined ? 200 : 502]]) {
        await using _server = await TestServer.start(["--unix", socket, "--unix-mode", `${mode}`]);
        assertEquals(await proxy.status(), status, `${mode}`);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
