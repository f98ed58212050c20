// The copy of the program that builds start from. It holds the program's own files only, with a
// build.json that says how it is built and from which commit. The working tree is never written to.

/** Everything that belongs to the program. */
const PARTS = [
  "main.ts",
  "deno.json",
  "deno.lock",
  // Named by deno.json; the page itself is in server/ already.
  "dashboard/deno.json",
  "cache",
  "client",
  "server",
  "std",
];

/** The project's root folder. */
export const ROOT: URL = new URL("../", import.meta.url);
/** The folder for finished builds. */
export const DIST: URL = new URL("dist/", ROOT);

/** How a program was built. */
export type BuildKind = "compiled" | "packed";

/** A copy of the program in its own folder. Disposing of it removes the folder. */
export class Stage implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Copies the program, and writes into the copy how it is built. */
  static async create(how: BuildKind): Promise<Stage> {
    const stage = new Stage(await Deno.makeTempDir({ prefix: "slabkv-build-" }));
    await Deno.mkdir(`${stage.path}/dashboard`);
    for (const part of PARTS) await copyInto(new URL(part, ROOT), `${stage.path}/${part}`);
    const build = JSON.stringify({ how, commit: await currentCommit() });
    await Deno.writeTextFile(`${stage.path}/server/config/build.json`, build);
    return stage;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Copies a file or folder, with all that is in it. */
export async function copyInto(from: URL, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) {
    await copyInto(new URL(name, `${from.href}/`), `${to}/${name}`);
  }
}

/** The commit of the working tree, marked if there are changes. Empty outside a repository. */
async function currentCommit(): Promise<string> {
  const args = ["describe", "--always", "--dirty", "--exclude=*"];
  try {
    const { success, stdout } = await new Deno.Command("git", { args, cwd: ROOT }).output();
    return success ? new TextDecoder().decode(stdout).trim() : "";
  } catch {
    // There is no git here. The program works without it.
    return "";
  }
}

/** The result of a command of Deno. */
export interface Ran {
  readonly success: boolean;
  /** Standard output and error, without colours. */
  readonly output: string;
}

/** Runs the Deno that runs this program. */
export async function runDeno(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: options.cwd ?? ROOT,
    env: { NO_COLOR: "1", ...options.env },
  });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { success, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** The permissions and other flags of the start task. A built program runs with them. */
export async function startFlags(): Promise<string[]> {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const words: string[] = tasks.start.command.split(" ");
  return words.filter((word) => word.startsWith("--"));
}
