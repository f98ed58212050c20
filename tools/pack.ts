// `deno task pack`: one executable file for Linux and macOS, made without a base runtime. It begins with
// a small shell launcher. The Deno that runs this task and the bundled program follow, each compressed.
// It is packed, not compiled: the launcher unpacks once and then becomes the server.

import { VERSION } from "../server/config/version.ts";
import { checkArguments } from "./tool_arguments.ts";
import { DIST, ROOT, runDeno, Stage, startFlags } from "./build_stage.ts";

/** Flags by which a packed program ignores all files around it. */
const CLOSED_FLAGS = [
  "--quiet",
  "--no-config",
  "--no-lock",
  "--no-remote",
  "--no-npm",
  "--no-prompt",
  "--unstable-net",
  "--unstable-no-legacy-abort",
  "--unstable-worker-options",
];

/** A part of the packed program: its hash, its size, and itself compressed. */
export interface Part {
  readonly hash: string;
  readonly bytes: number;
  readonly packed: Uint8Array;
}

/** Makes a part of the packed program. */
export async function compress(bytes: Uint8Array<ArrayBuffer>): Promise<Part> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hash = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return { hash, bytes: bytes.length, packed: await new Response(stream).bytes() };
}

/**
 * The same program in ASCII. V8 keeps one byte for each character of such a text, else two for all of them and copies of
 * its own: 6 MiB more in each worker.
 */
export function asciiOnly(program: string): string {
  return program.replace(
    // deno-lint-ignore no-control-regex
    /[^\x00-\x7f]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Fills in the launcher's placeholders. The offsets among them depend on the length of the result. */
export function fillLauncher(
  template: string,
  runtime: Part,
  program: Part,
  flags: string,
): string {
  const fill = (launcherBytes: number) => {
    const values: Record<string, string | number> = {
      VERSION: VERSION,
      FLAGS: flags,
      FOLDER: `${program.hash.slice(0, 20)}-${runtime.hash.slice(0, 20)}`,
      RUNTIME_HASH: runtime.hash,
      RUNTIME_BYTES: runtime.bytes,
      RUNTIME_PACKED: runtime.packed.length,
      RUNTIME_START: launcherBytes + 1,
      PROGRAM_HASH: program.hash,
      PROGRAM_PACKED: program.packed.length,
      PROGRAM_START: launcherBytes + runtime.packed.length + 1,
    };
    return template.replace(/@([A-Z_]+)@/g, (_, name) => String(values[name]));
  };
  // The offsets depend on the launcher's own length. Their digits no longer change after two rounds.
  let text = fill(0);
  for (let bytes = -1; bytes !== text.length;) {
    bytes = text.length;
    text = fill(bytes);
  }
  return text;
}

/** Builds dist/slabkv. Returns its size in bytes. */
export async function pack(output: URL): Promise<number> {
  await using stage = await Stage.create("packed");
  const bundled = `${stage.path}/slabkv.js`;
  const ran = await runDeno(["bundle", "--output", bundled, "main.ts"], { cwd: stage.path });
  if (!ran.success) throw new Error(`deno bundle failed:\n${ran.output}`);
  const [runtime, program, template] = await Promise.all([
    Deno.readFile(Deno.execPath()).then(compress),
    Deno.readTextFile(bundled).then((text) => compress(new TextEncoder().encode(asciiOnly(text)))),
    Deno.readTextFile(new URL("tools/launcher.sh", ROOT)),
  ]);
  const flags = [...CLOSED_FLAGS, ...await startFlags()].join(" ");
  const launcher = new TextEncoder().encode(fillLauncher(template, runtime, program, flags));
  await Deno.mkdir(new URL(".", output), { recursive: true });
  const temporary = `${output.pathname}.${Deno.pid}`;
  const file = await Deno.open(temporary, {
    write: true,
    create: true,
    truncate: true,
    mode: 0o755,
  });
  await new Blob([launcher, runtime.packed as BufferSource, program.packed as BufferSource])
    .stream()
    .pipeTo(file.writable);
  await Deno.rename(temporary, output);
  return (await Deno.stat(output)).size;
}

const HELP = `One executable for Linux or macOS, with this Deno inside: deno task pack
Writes dist/slabkv, in the place of one that is there. Takes no options.

  --help    this`;

if (import.meta.main) {
  checkArguments(HELP);
  if (Deno.build.os === "windows") {
    console.error(
      "Cannot pack on Windows: the launcher is a shell script. Use `deno task compile`.",
    );
    Deno.exit(1);
  }
  const bytes = await pack(new URL("slabkv", DIST));
  console.log(`dist/slabkv: ${(bytes / 1e6).toFixed(1)} MB, packed with Deno ${Deno.version.deno}`);
}
