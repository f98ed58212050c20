// Which packages are needed for what: the server starts with those of its own lock file, a compiled
// program has no more inside, and the list of a release names what is inside.

import { assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { existsSync } from "node:fs";
import { copyInto, Stage } from "../../tools/build_stage.ts";
import { compile, missingFiles } from "../../tools/compile.ts";
import { bundledInPage, programSbom } from "../../tools/sbom.ts";

const root = new URL("../../", import.meta.url);

interface Lock {
  readonly npm?: Readonly<Record<string, { readonly integrity: string }>>;
}

const readLock = async (path: string): Promise<Lock> =>
  JSON.parse(await Deno.readTextFile(new URL(path, root)));

/** "name@version" of the packages of a lock file, without the peers that may follow. */
function namesOf(lock: Lock): string[] {
  return Object.keys(lock.npm ?? {}).map((id) => /^@?[^@]+@[^_]+/.exec(id)![0]);
}

/** Where Deno keeps the packages of the registry that this machine uses. */
async function packageFolder(): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), { args: ["info", "--json"], cwd: root });
  const { npmCache } = JSON.parse(new TextDecoder().decode((await command.output()).stdout));
  for await (const { name } of Deno.readDir(npmCache)) {
    try {
      await Deno.stat(`${npmCache}/${name}/fast-check`);
      return `${npmCache}/${name}`;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Error(`Cannot find the packages of the tests in ${npmCache}`);
}

/** A folder for DENO_DIR with the packages of deno.lock, and nothing else. */
class SmallCache implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async create(): Promise<SmallCache> {
    const cache = new SmallCache(await Deno.makeTempDir({ prefix: "slabkv-packages-" }));
    const all = await packageFolder();
    const registry = `${cache.path}/npm/${all.slice(all.lastIndexOf("/") + 1)}`;
    for (const id of namesOf(await readLock("deno.lock"))) {
      const name = id.slice(0, id.lastIndexOf("@"));
      await copyInto(new URL(`file://${all}/${name}`), `${registry}/${name}`);
    }
    return cache;
  }

  /** Variables with which nothing can be downloaded. */
  get env(): Record<string, string> {
    const nowhere = "http://127.0.0.1:9";
    return { DENO_DIR: this.path, HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, NO_COLOR: "1" };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

Deno.test("deno task start needs no package but those of deno.lock, nor does dev", async () => {
  await using cache = await SmallCache.create();
  const args = ["task", "start", "--version"];
  const { env } = cache;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root, env })
    .output();
  const [printed, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertStringIncludes(printed!, "slabkv", errors);
  // The other never ends, but it is the same program.
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  assertEquals(tasks.dev.command, tasks.start.command.replace("--quiet", "--watch"));
});

Deno.test("the list of a release names the packages that a compiled program has inside", async () => {
  await using stage = await Stage.create("compiled");
  const binary = `${stage.path}/out`;
  await compile(stage, binary, undefined, { DENORT_BIN: Deno.execPath() });
  const folder = await packageFolder();
  const fileOf = (id: string) => `${folder}/${id.replace(/@([^@]+)$/, "/$1")}/package.json`;
  const locked = namesOf(await readLock("tests/deno.lock"));
  // Those for other kinds of machine are not here.
  const names = locked.filter((id) => existsSync(fileOf(id)));
  const files = names.map(fileOf);
  const missing = new Set(await missingFiles(binary, files));
  const inside = names.filter((_, i) => !missing.has(files[i]!));
  const { components } = await programSbom();
  const listed = (components as { type: string; name: string; version: string }[])
    .filter(({ type }) => type === "library")
    .map(({ name, version }) => `${name}@${version}`);
  const project = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  assertEquals([...inside, ...bundledInPage(project)].sort(), listed);
  assertNotEquals(inside, []);
});

Deno.test("the lock file of the tests has the packages of the program in the same versions", async () => {
  const [program, tests] = [await readLock("deno.lock"), await readLock("tests/deno.lock")];
  for (const [id, { integrity }] of Object.entries(program.npm ?? {})) {
    assertEquals(tests.npm?.[id]?.integrity, integrity, id);
  }
});
