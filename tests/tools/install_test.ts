/**
 * Tests of install.sh against a release served on loopback: what it installs, and that it installs
 * nothing that is not what it should be.
 */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";

const script = new URL("../../install.sh", import.meta.url).pathname;
const ignore = Deno.build.os === "windows";
const program = "#!/bin/sh\necho slabkv 9.9.9\n";

/** A release, a folder to install to, and the script run on both. */
class Site implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #files: ReadonlyMap<string, string>;
  readonly folder = Deno.makeTempDirSync({ prefix: "slabkv-install-" });

  constructor(files: ReadonlyMap<string, string>) {
    this.#files = files;
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      const body = this.#files.get(new URL(request.url).pathname);
      return new Response(body ?? "none", { status: body === undefined ? 404 : 200 });
    });
  }

  /** Runs the script as on a machine that `uname` describes so. */
  async install(system: string, machine: string, ...args: string[]) {
    const bin = `${this.folder}/bin`;
    await Deno.mkdir(bin, { recursive: true });
    const uname = `#!/bin/sh\n[ "$1" = -s ] && echo ${system} || echo ${machine}\n`;
    await Deno.writeTextFile(`${bin}/uname`, uname, { mode: 0o755 });
    await Deno.writeTextFile(`${bin}/ldd`, "#!/bin/sh\necho glibc\n", { mode: 0o755 });
    const from = ["--from", `http://127.0.0.1:${this.#server.addr.port}`];
    const command = new Deno.Command("sh", {
      args: [script, ...from, ...args],
      env: { HOME: this.folder, PATH: `${bin}:${Deno.env.get("PATH")}` },
    });
    const { code, stdout, stderr } = await command.output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  /** What lies in the folder that is installed to by default. */
  installed(): string[] {
    try {
      return Array.from(Deno.readDirSync(`${this.folder}/.local/bin`), ({ name }) => name);
    } catch {
      return [];
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    await Deno.remove(this.folder, { recursive: true });
  }
}

async function sumsOf(files: Readonly<Record<string, string>>): Promise<string> {
  const lines = Object.entries(files).map(async ([name, text]) => {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    return `${new Uint8Array(digest).toHex()}  ${name}\n`;
  });
  return (await Promise.all(lines)).join("");
}

const good = async () =>
  new Map([
    ["/SHA256SUMS", await sumsOf({ "slabkv-linux-x64": program, "slabkv-macos-arm64": program })],
    ["/slabkv-linux-x64", program],
    ["/slabkv-macos-arm64", program],
  ]);

Deno.test(
  { name: "install.sh installs the binary for this machine, checked", ignore },
  async () => {
    await using site = new Site(await good());
    const { code, stdout, stderr } = await site.install("Linux", "x86_64");
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "slabkv 9.9.9 is installed as");
    assertStringIncludes(stdout, "Add the folder to your PATH");
    assertEquals(site.installed(), ["slabkv"]);
    const path = `${site.folder}/.local/bin/slabkv`;
    assertEquals(await Deno.readTextFile(path), program);
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o755);
  },
);

Deno.test(
  { name: "install.sh installs into --dir and knows Apple processors", ignore },
  async () => {
    await using site = new Site(await good());
    const dir = `${site.folder}/a folder`;
    const { code, stdout } = await site.install("Darwin", "arm64", "--dir", dir);
    assertEquals(code, 0);
    assertStringIncludes(stdout, `installed as ${dir}/slabkv`);
  },
);

Deno.test(
  { name: "install.sh leaves nothing behind where the checksum is wrong", ignore },
  async () => {
    const files = await good();
    files.set("/slabkv-linux-x64", `${program}# changed\n`);
    await using site = new Site(files);
    const { code, stderr } = await site.install("Linux", "x86_64");
    assertEquals(code, 1);
    assertMatch(stderr, /^install\.sh: the checksum of slabkv-linux-x64 is .* not installed\n$/);
    assertEquals(site.installed(), []);
  },
);

Deno.test({ name: "install.sh says what is wrong in one line", ignore }, async () => {
  await using site = new Site(await good());
  const cases: [string[], string][] = [
    [["Linux", "riscv64"], "there is no binary for Linux on riscv64"],
    [["FreeBSD", "amd64"], "there is no binary for FreeBSD"],
    [["Linux", "aarch64"], "the release has no slabkv-linux-arm64"],
    [["Linux", "x86_64", "--versoin", "1"], "unknown option --versoin"],
    [["Linux", "x86_64", "--dir"], "--dir has no value"],
    [["Linux", "x86_64", "--dir", "/dev/null/x"], "cannot make the folder /dev/null/x"],
    [["Linux", "x86_64", "--from", "http://127.0.0.1:1"], "cannot download http://127.0.0.1:1/"],
  ];
  for (const [[system, machine, ...args], message] of cases) {
    const { code, stderr } = await site.install(system!, machine!, ...args);
    assertEquals(code, 1, message);
    assertStringIncludes(stderr, `install.sh: ${message}`);
  }
  assertEquals(site.installed(), []);
});
