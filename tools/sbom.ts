/**
 * Prints the parts of a compiled slabkv as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/): the
 * program, the Deno runtime, the packages that its modules import and those that they depend on, with the checksums of
 * the lock file. Uses the module graph, so packages that only tests use are left out.
 *
 * @module
 */

/** A module of the graph as `deno info --json` prints it, as far as it is used here. */
interface Module {
  readonly specifier: string;
  /** "name@version" of modules from npm. */
  readonly npmPackage?: string;
}

/** A package in the lock file. It depends on others by their names, with versions where there are several. */
interface LockedPackage {
  readonly integrity: string;
  readonly dependencies?: readonly string[];
}

/** The lock file, as far as it is used here. */
interface Lock {
  readonly npm?: Readonly<Record<string, LockedPackage>>;
  readonly jsr?: Readonly<Record<string, { readonly integrity: string }>>;
}

/** The facts for a list of components. */
export interface SbomInput {
  readonly project: { readonly name: string; readonly version: string; readonly license: string };
  readonly denoVersion: string;
  readonly modules: readonly Module[];
  readonly lock: Lock;
}

interface Component {
  readonly type: string;
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

/**
 * Gives the list of components of a program.
 *
 * @param input the program's modules, its lock file and the runtime's version
 * @returns a CycloneDX document, the same for the same input
 */
export function sbom(input: SbomInput): Record<string, unknown> {
  const { project, denoVersion, modules, lock } = input;
  const components = [runtime(denoVersion), ...npmComponents(modules, lock), ...jsr(modules, lock)];
  const ref = `pkg:generic/${project.name}@${project.version}`;
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        type: "application",
        "bom-ref": ref,
        name: project.name,
        version: project.version,
        purl: ref,
        licenses: [{ license: { id: project.license } }],
      },
    },
    components,
    dependencies: [{ ref, dependsOn: components.map((component) => component["bom-ref"]) }],
  };
}

function runtime(version: string): Component {
  return component("platform", "deno", version, `pkg:github/denoland/deno@v${version}`);
}

function npmComponents(modules: readonly Module[], lock: Lock): Component[] {
  const packages = modules.flatMap(({ npmPackage }) =>
    npmPackage === undefined ? [] : [npmPackage]
  );
  return [...withDependencies(packages, lock)].sort().map((id) => {
    // The version may be followed by the peers it was resolved with: "a@1.0.0_b@2.0.0".
    const [, name = "", version = ""] = /^(@?[^@]+)@([^_]+)/.exec(id) ?? [];
    const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
    return component("library", name, version, purl, sha512(lock.npm?.[id]?.integrity));
  });
}

/** These packages and all that they depend on, which a compiled program has inside, too. */
function withDependencies(packages: readonly string[], { npm = {} }: Lock): Set<string> {
  const ids = Object.keys(npm);
  const found = new Set(packages);
  for (const id of found) {
    for (const name of npm[id]?.dependencies ?? []) {
      found.add(ids.find((id) => id === name || id.startsWith(`${name}@`)) ?? name);
    }
  }
  return found;
}

function jsr(modules: readonly Module[], lock: Lock): Component[] {
  const found = modules.flatMap(({ specifier }) => {
    const [, name, version] = /^https:\/\/jsr\.io\/(@[\w-]+\/[\w-]+)\/([^/]+)\//.exec(specifier) ??
      [];
    return name === undefined || version === undefined ? [] : [`${name}@${version}`];
  });
  return [...new Set(found)].sort().map((id) => {
    const at = id.lastIndexOf("@");
    const [name, version] = [id.slice(0, at), id.slice(at + 1)];
    const content = lock.jsr?.[id]?.integrity;
    const hashes = content === undefined ? [] : [{ alg: "SHA-256", content }];
    // There is no purl type for JSR. JSR also serves each package to npm, under this name.
    const purl = `pkg:npm/%40jsr/${name.slice(1).replace("/", "__")}@${version}`;
    return component("library", name, version, purl, hashes);
  });
}

function component(
  type: string,
  name: string,
  version: string,
  purl: string,
  hashes: Component["hashes"] = [],
): Component {
  const found = hashes.length === 0 ? {} : { hashes };
  return { type, "bom-ref": purl, name, version, purl, ...found };
}

/** Converts the checksum of a lock file, "sha512-" and base64, to the form of CycloneDX. */
function sha512(integrity: string | undefined): { alg: string; content: string }[] {
  if (!integrity?.startsWith("sha512-")) return [];
  const bytes = Uint8Array.fromBase64(integrity.slice("sha512-".length));
  return [{ alg: "SHA-512", content: bytes.toHex() }];
}

/** The packages that the dashboard's page has inside: it is made beforehand, so no module imports them. */
export function bundledInPage(
  { scopes }: { readonly scopes: Readonly<Record<string, Readonly<Record<string, string>>>> },
): string[] {
  return Object.values(scopes["./dashboard/"]!).map((target) => target.slice("npm:".length));
}

/** The list of components of this program, as `deno task compile` and `deno task pack` build it. */
export async function programSbom(): Promise<Record<string, unknown>> {
  const root = new URL("../", import.meta.url);
  const read = async (path: string) => JSON.parse(await Deno.readTextFile(new URL(path, root)));
  const info = new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "main.ts"],
    cwd: root,
  });
  const { success, stdout, stderr } = await info.output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot read the module graph: ${decoder.decode(stderr)}`);
  const { modules } = JSON.parse(decoder.decode(stdout));
  const [project, lock] = [await read("deno.json"), await read("deno.lock")];
  const [inPage, known] = [bundledInPage(project), await read("tests/deno.lock")];
  const npm = { ...lock.npm, ...Object.fromEntries(inPage.map((id) => [id, known.npm[id]])) };
  const more = inPage.map((id) => ({ specifier: `npm:/${id}`, npmPackage: id }));
  const all = { modules: [...modules, ...more], lock: { ...lock, npm } };
  return sbom({ project, denoVersion: Deno.version.deno, ...all });
}

if (import.meta.main) console.log(JSON.stringify(await programSbom(), null, 2));
