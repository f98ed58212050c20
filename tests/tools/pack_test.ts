// The packed program: what `deno task pack` makes runs, unpacks once, survives two first starts at
// once, and refuses to run anything that is damaged or could be somebody else's.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { asciiOnly, compress, fillLauncher, pack } from "../../tools/pack.ts";
import project from "../../deno.json" with { type: "json" };

const ignore = Deno.build.os === "windows";
const MAX_MEGABYTES = 45;

/** The program, packed once for all tests here. */
let program: Promise<Uint8Array> | undefined;

async function packOnce(folder: string): Promise<Uint8Array> {
  const path = `${folder}/first`;
  const bytes = await pack(new URL(`file://${path}`));
  assert(bytes <= MAX_MEGABYTES * 1e6, `${bytes} bytes`);
  return await Deno.readFile(path);
}

/** A packed program and an empty cache folder, both gone when disposed of. */
class Packed implements AsyncDisposable {
  readonly cache: string;

  private constructor(readonly folder: string) {
    this.cache = `${folder}/cache`;
  }

  static async build(): Promise<Packed> {
    const packed = new Packed(await Deno.makeTempDir({ prefix: "slabkv-pack-test-" }));
    await Deno.writeFile(packed.path, await (program ??= packOnce(packed.folder)), { mode: 0o755 });
    return packed;
  }

  get path(): string {
    return `${this.folder}/slabkv`;
  }

  /** The folder that it unpacks into. */
  get unpacked(): string {
    const [entry] = Deno.readDirSync(`${this.cache}/slabkv`);
    return `${this.cache}/slabkv/${entry!.name}`;
  }

  async run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const env = { PATH: Deno.env.get("PATH")!, XDG_CACHE_HOME: this.cache };
    const command = new Deno.Command(this.path, { args, env, clearEnv: true });
    const { code, stdout, stderr } = await command.output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

Deno.test("asciiOnly() writes other characters as escapes that mean the same", () => {
  const program = "['µ', '…', '😀', /[µ-ß]/.test('¶')]";
  const ascii = asciiOnly(program);
  assert(/^[ -~]*$/.test(ascii), ascii);
  assertEquals(JSON.parse(ascii.split(", /")[0]!.replaceAll("'", '"') + "]"), ["µ", "…", "😀"]);
  assertEquals(ascii.length, program.length + 5 * 7);
});

Deno.test({ name: "pack() makes one file that runs, also twice at once", ignore }, async () => {
  await using packed = await Packed.build();
  const [first, second] = await Promise.all([packed.run("--version"), packed.run("--version")]);
  for (const { code, stdout, stderr } of [first, second]) {
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, `slabkv ${project.version} (packed`);
  }
  const names = Array.from(Deno.readDirSync(packed.unpacked), ({ name }) => name);
  assertEquals(names.filter((name) => name.startsWith("part.")), []);
  assertEquals((Deno.statSync(packed.unpacked).mode ?? 0) & 0o777, 0o700);
  const bad = await packed.run("--memroy", "1GiB");
  assertEquals([bad.code, bad.stderr.includes("--memory")], [2, true]);
});

Deno.test(
  { name: "a packed program repairs or refuses what it cannot trust", ignore },
  async () => {
    await using packed = await Packed.build();
    await packed.run("--version");
    const program = `${packed.unpacked}/slabkv.js`;
    await Deno.writeTextFile(program, 'console.log("not slabkv")');
    assertStringIncludes((await packed.run("--version")).stdout, "packed");
    await Deno.truncate(`${packed.unpacked}/deno`, 1000);
    assertStringIncludes((await packed.run("--version")).stdout, "packed");
    await Deno.chmod(packed.unpacked, 0o777);
    const open = await packed.run("--version");
    assertEquals([open.code, open.stdout], [2, ""]);
    assertStringIncludes(open.stderr, "remove it");
  },
);

Deno.test({ name: "a damaged packed program says so and runs nothing", ignore }, async () => {
  await using packed = await Packed.build();
  const file = await Deno.open(packed.path, { write: true });
  await file.seek(-2000, Deno.SeekMode.End);
  await file.write(new Uint8Array(1000).fill(7));
  file.close();
  const { code, stdout, stderr } = await packed.run("--version");
  assertEquals([code, stdout], [2, ""]);
  assertStringIncludes(stderr, "damaged");
});

Deno.test(
  { name: "the launcher gives the server the umask that it was given", ignore },
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "slabkv-pack-test-" });
    try {
      // In place of Deno, a runtime that tells its umask.
      const encode = (text: string) => new TextEncoder().encode(text);
      const [runtime, program] = [
        await compress(encode("#!/bin/sh\numask\n")),
        await compress(encode("")),
      ];
      const template = await Deno.readTextFile(new URL("../../tools/launcher.sh", import.meta.url));
      const launcher = encode(fillLauncher(template, runtime, program, ""));
      const path = `${folder}/launcher`;
      const parts = [launcher, runtime.packed, program.packed] as BlobPart[];
      await Deno.writeFile(path, await new Blob(parts).bytes(), { mode: 0o755 });
      for (const mask of ["0022", "0007"]) {
        const { stdout, stderr } = await new Deno.Command("sh", {
          args: ["-c", `umask ${mask}; exec "$0"`, path],
          env: { XDG_CACHE_HOME: folder },
        }).output();
        const [printed, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
        assertEquals([printed!.trim(), errors], [mask, ""]);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
