/**
 * Tests of what the files of deployment must agree on: versions, ports, limits, grace periods, names
 * of binaries and tasks, and that what others provide is pinned. They read text and need no tool;
 * `deno task check:deploy` checks the files themselves.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { parseConfig } from "../server/config/parse.ts";
import { MIB } from "../server/config/units.ts";
import { CHECKS, MIN_KUBERNETES } from "../tools/check_deploy.ts";
import { TARGETS } from "../tools/compile.ts";

const root = new URL("../", import.meta.url);
const read = (path: string) => Deno.readTextFileSync(new URL(path, root));
const project = JSON.parse(read("deno.json"));
const workflowNames = Array.from(
  Deno.readDirSync(new URL(".github/workflows/", root)),
  ({ name }) => name,
).sort();
const workflows = workflowNames.map((name) => ({ name, text: read(`.github/workflows/${name}`) }));
const statefulSet = read("deploy/kubernetes/base/statefulset.yaml");
const production = read("deploy/kubernetes/overlays/production/statefulset.yaml");
const persistent = read("deploy/kubernetes/overlays/persistent/statefulset.yaml");
const dockerfile = read("Dockerfile");
const compose = read("compose.yaml");
const nginx = read("deploy/nginx.conf");
const haproxy = read("deploy/haproxy.cfg");
const unit = read("deploy/slabkv.service");

/** All that the first group of an expression matches, without repetitions. */
function matches(text: string, expression: RegExp): string[] {
  return [...new Set([...text.matchAll(expression)].map((match) => match[1]!))];
}

/** The only value of the first group, which must be there. */
function only(text: string, expression: RegExp): string {
  const found = matches(text, expression);
  assertEquals(found.length, 1, `${expression}: ${found}`);
  return found[0]!;
}

const limits = { totalMemoryBytes: 64 * 1024 * MIB, containerMemoryBytes: 2048 * MIB, cpus: 2 };

/** The configuration that arguments come to in a container of 2 GiB. */
function configOf(args: readonly string[], env: Record<string, string> = {}) {
  const parsed = parseConfig(args, env, limits);
  assert(parsed.kind === "run", JSON.stringify(parsed));
  return parsed.config;
}

const listOf = (text: string, key: RegExp): string[] =>
  JSON.parse(only(text, new RegExp(`${key.source} ?(\\[.*\\])`, "gm")));

Deno.test("deployment: one version of Deno everywhere", () => {
  const version = only(dockerfile, /^FROM denoland\/deno:(.+) AS/gm);
  assertMatch(version, /^\d+\.\d+\.\d+$/);
  for (const text of [read("README.md"), read(".ci/run")]) {
    assertEquals(matches(text, /deno@(\d[\d.]*\d)/g), [version]);
  }
  for (const { name, text } of workflows) {
    const found = matches(text, /deno-version: (\S+)/g);
    assertEquals(found, text.includes("setup-deno@") ? [version] : [], name);
  }
});

Deno.test("deployment: one version of slabkv everywhere", () => {
  assertEquals(only(dockerfile, /^ARG VERSION=(.+)$/gm), project.version);
  assertEquals(only(compose, /image: ghcr\.io\/slabkv\/slabkv:(\S+)/g), project.version);
  const base = read("deploy/kubernetes/base/kustomization.yaml");
  assertEquals(only(base, /newTag: (\S+)/g), project.version);
  const image = read(".github/workflows/image.yml");
  assertEquals(only(image, /ghcr\.io\/slabkv\/slabkv:(\S+)/g), project.version);
});

Deno.test("workflows: actions are pinned by commit, with the version beside", () => {
  for (const { name, text } of workflows) {
    for (const use of matches(text, /uses: (.+)$/gm)) {
      assertMatch(use, /^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, name);
    }
  }
  const all = workflows.map(({ text }) => text).join("");
  const pins = matches(all, /uses: (\S+@\S+)/g);
  assertEquals(pins.length, new Set(pins.map((pin) => pin.split("@")[0])).size, "one pin each");
});

Deno.test("workflows: nothing is allowed unless a job says so, and all jobs have a time limit", () => {
  assertEquals(workflowNames, ["ci.yml", "image.yml", "release.yml", "security.yml"]);
  for (const { name, text } of workflows) {
    assertMatch(text, /^permissions: \{\}$/m, name);
    assertMatch(text, /^concurrency:$/m, name);
    const jobs = text.slice(text.indexOf("\njobs:")).split(/^ {2}(?=[\w-]+:$)/m).slice(1);
    for (const job of jobs) {
      assertMatch(job, /^ {4}permissions:$/m, `${name} ${job.split(":")[0]}`);
      assertMatch(job, /^ {4}timeout-minutes: \d+$/m, `${name} ${job.split(":")[0]}`);
    }
  }
});

Deno.test("workflows and images: tasks and files that they use exist", () => {
  const texts = [...workflows.map(({ text }) => text), dockerfile];
  for (const text of texts) {
    for (const task of matches(text, /deno task ([\w:]+)/g)) assert(task in project.tasks, task);
    for (const path of matches(text, /((?:deploy|tools)\/[\w./-]+\.(?:sh|ts))/g)) read(path);
  }
  // The job with JSR takes the façades out by this line.
  assertMatch(read("deno.json"), /^ {2}"links": \[.*\],$/m);
  for (const name of matches(read(".dockerignore"), /^!(.+)$/gm)) {
    Deno.statSync(new URL(name, root));
  }
});

Deno.test("image: listens to all with consent, as a user, with the health check of the binary", () => {
  const entry = listOf(dockerfile, /^ENTRYPOINT/);
  assertEquals(listOf(dockerfile, /^ {2}CMD/), [...entry, "health"]);
  const config = configOf(listOf(dockerfile, /^CMD/));
  assertEquals([config.host, config.allowRemote], ["0.0.0.0", true]);
  assertEquals(only(dockerfile, /^EXPOSE (\d+)$/gm), String(config.port));
  assertEquals(only(dockerfile, /^STOPSIGNAL (.+)$/gm), "SIGTERM");
  const user = only(dockerfile, /^USER (\d+):\1$/gm);
  assertEquals(only(statefulSet, /runAsUser: (\d+)/g), user);
});

Deno.test("compose: 2 CPUs, 2 GiB, many files, and no rights", () => {
  const lines = ["cpus: 2", "mem_limit: 2g", "memswap_limit: 2g", "read_only: true"];
  for (const line of lines) assertMatch(compose, new RegExp(`^    ${line}$`, "m"));
  assertEquals(matches(compose, /(?:soft|hard): (\d+)/g), ["1048576"]);
  assertMatch(compose, /cap_drop:\s+- ALL\n/);
  assertMatch(compose, /- no-new-privileges:true\n/);
  assertMatch(compose, new RegExp(`- "127\\.0\\.0\\.1:\\d+:${configOf([]).port}"\\n`));
});

Deno.test("grace periods are longer than the drain", () => {
  const drain = configOf([]).drainTimeoutMs / 1000;
  const preStop = Number(only(statefulSet, /sleep:\s+seconds: (\d+)/g));
  const kubernetes = Number(only(statefulSet, /terminationGracePeriodSeconds: (\d+)/g));
  assert(kubernetes >= preStop + drain + 5, `${kubernetes} s`);
  assert(Number(only(compose, /stop_grace_period: (\d+)s/g)) >= drain + 5);
  assert(Number(only(unit, /^TimeoutStopSec=(\d+)$/gm)) >= drain + 5);
});

Deno.test("kubernetes: 2 CPUs and 2 GiB, probes of the right routes, and no rights", () => {
  assertEquals(matches(statefulSet, /\bcpu: "(\d+)"/g), ["2"]);
  assertEquals(matches(statefulSet, /\bmemory: (\S+)/g), ["2Gi"]);
  assertEquals(configOf([]).memoryBytes, 1433 * MIB);
  assertEquals(only(statefulSet, /containerPort: (\d+)/g), String(configOf([]).port));
  const probes = [...statefulSet.matchAll(/(\w+)Probe:\s+httpGet:\s+path: (\S+)\s+port: (\S+)/g)];
  assertEquals(probes.map(([, kind, path, port]) => [kind, path, port]), [
    ["startup", "/health", "http"],
    ["readiness", "/ready", "http"],
    ["liveness", "/health", "http"],
  ]);
  const lines = [
    "runAsNonRoot: true",
    "type: RuntimeDefault",
    "allowPrivilegeEscalation: false",
    "privileged: false",
    "readOnlyRootFilesystem: true",
    'drop: \\["ALL"\\]',
  ];
  for (const line of lines) assertMatch(statefulSet, new RegExp(`^ +${line}$`, "m"));
  assertEquals(MIN_KUBERNETES, only(read("docs/deploy.md"), /Kubernetes (1\.\d+) or later/g));
});

Deno.test("prometheus: asks the port that slabkv listens on, in Kubernetes too, and reads our alerts", () => {
  const port = String(configOf([]).port);
  const prometheus = read("deploy/prometheus.yml");
  assertEquals(only(prometheus, /^ {6}- targets: \["127\.0\.0\.1:(\d+)"\]$/gm), port);
  assertEquals(only(prometheus, /^rule_files:\n {2}- (\S+)$/gm), "alerts.yml");
  assertEquals(only(statefulSet, /prometheus\.io\/port: "(\d+)"/g), port);
});

Deno.test("kubernetes: production starts with its token alone, and not without", () => {
  const args = listOf(production, /args:/);
  assertEquals(parseConfig(args, {}, limits).kind, "error");
  const name = only(production, /- name: (SLABKV_\w+)/g);
  assertEquals(configOf(args, { [name]: "secret" }).token, "secret");
});

Deno.test("volumes for --data-dir belong to the user and have room, and a stop has time for a snapshot", () => {
  const user = only(dockerfile, /^USER (\d+):\1$/gm);
  const dir = only(dockerfile, /^COPY --from=build --chown=65532:65532 --chmod=700 \S+ (\S+)$/gm);
  assertEquals(only(persistent, /fsGroup: (\d+)/g), user);
  assertEquals(only(persistent, /mountPath: (\S+)/g), dir);
  assertEquals(only(persistent, /SLABKV_DATA_DIR\s+value: (\S+)/g), dir);
  assertEquals(only(compose, /SLABKV_DATA_DIR: (\S+)/g), dir);
  assertEquals(only(compose, /- data:(\S+)/g), dir);
  assertEquals(configOf([], { SLABKV_DATA_DIR: dir }).dataDir, dir);
  const storageMib = 1024 * Number(only(persistent, /storage: (\d+)Gi/g));
  assert(storageMib * MIB >= 6 * configOf([]).memoryBytes);
  assertMatch(unit, /^StateDirectory=slabkv$/m);
  const graces = [
    only(persistent, /terminationGracePeriodSeconds: (\d+)/g),
    only(compose, /stop_grace_period: (\d+)s/g),
    only(unit, /^TimeoutStopSec=(\d+)$/gm),
  ];
  for (const seconds of graces) assert(Number(seconds) >= 60, seconds);
});

Deno.test("kubernetes: variables of a service named slabkv do not disturb the server", () => {
  const address = "tcp://10.0.0.1:7171";
  const env = {
    SLABKV_PORT: address,
    SLABKV_PORT_7171_TCP: address,
    SLABKV_PORT_7171_TCP_ADDR: "10.0.0.1",
    SLABKV_PORT_7171_TCP_PORT: "7171",
    SLABKV_PORT_7171_TCP_PROTO: "tcp",
    SLABKV_SERVICE_HOST: "10.0.0.1",
    SLABKV_SERVICE_PORT: "7171",
    SLABKV_SERVICE_PORT_HTTP: "7171",
  };
  assertEquals(configOf([], env), configOf([]));
});

Deno.test("nginx: slow headers end, bodies wait for their end, and connections are reused", () => {
  const { host, port, maxValueBytes } = configOf([]);
  assertEquals(only(nginx, /server (\S+) max_fails/g), `${host}:${port}`);
  assertEquals(only(nginx, /proxy_set_header Host (\S+);/g), `${host}:${port}`);
  assert(Number(only(nginx, /client_header_timeout (\d+)s;/g)) <= 10);
  assertEquals(Number(only(nginx, /client_max_body_size (\d+)m;/g)) * MIB, maxValueBytes);
  for (const line of ["proxy_request_buffering on;", "proxy_http_version 1.1;"]) {
    assert(nginx.includes(line), line);
  }
  assertMatch(nginx, /limit_conn addresses \d+;/);
});

Deno.test("HAProxy: 2 s to read and write, 120 s idle, /ready asked, names and sizes those of slabkv", () => {
  const { host, port, maxValueBytes } = configOf([]);
  assertEquals(only(haproxy, /set-header Host (\S+)/g), `${host}:${port}`);
  assertEquals(Number(only(haproxy, /req\.body_size gt (\d+)/g)), maxValueBytes);
  const timesOf = (section: string) => {
    const text = haproxy.slice(haproxy.indexOf(`\n${section}\n`) + 1).split(/\n\n/)[0]!;
    const found = [...text.matchAll(/^ {2}timeout (\S+) (\d+)s$/gm)];
    return Object.fromEntries(found.map(([, name, seconds]) => [name, Number(seconds)]));
  };
  assertEquals(timesOf("frontend http"), {
    "http-request": 2,
    "client": 2,
    "http-keep-alive": 120,
  });
  assertEquals(timesOf("backend slabkv_http"), { server: 2, tunnel: 120 });
  assertEquals([timesOf("frontend redis"), timesOf("backend slabkv_redis")], [
    { client: 120 },
    { server: 120 },
  ]);
  const check = `GET uri /ready ver HTTP/1.1 hdr Host ${host}:${port}`;
  assert(haproxy.includes(check) && haproxy.includes("http-check expect status 200"));
  assert(haproxy.includes(`server slabkv ${host}:${port} maxconn 4096 check\n`));
  assertMatch(haproxy, new RegExp(`server slabkv ${host}:6380 maxconn 8192 check port ${port}\n`));
  assertEquals(haproxy.match(/tcp-request connection reject if/g)?.length, 2);
  assertMatch(haproxy, /tune\.h2\.max-concurrent-streams \d+/);
});

Deno.test("systemd: comes back, may open files, and may compile", () => {
  const lines = [
    "ExecStart=/usr/local/bin/slabkv",
    "Restart=always",
    "LimitNOFILE=1048576",
    "DynamicUser=yes",
    "ProtectSystem=strict",
    "NoNewPrivileges=yes",
    "MemoryDenyWriteExecute=no",
  ];
  for (const line of lines) assert(unit.split("\n").includes(line), line);
});

Deno.test("install.sh and the release name the binaries as compile:all does", () => {
  const names = Object.values(TARGETS);
  const release = read(".github/workflows/release.yml");
  assertEquals(matches(release, /binary: (slabkv-\S+) }/g).sort(), [...names].sort());
  const script = read("install.sh");
  const systems = matches(script, /os=(\w+) ;;/g);
  const machines = matches(script, /arch=(\w+) ;;/g);
  const built = systems.flatMap((os) => machines.map((machine) => `slabkv-${os}-${machine}`));
  assertEquals(built.sort(), names.filter((name) => !name.endsWith(".exe")).sort());
});

Deno.test(
  "scripts can be executed and are all checked",
  { ignore: Deno.build.os === "windows" },
  async () => {
    const [shellcheck] = CHECKS;
    for (const path of (await shellcheck!.calls("/w")).flat()) {
      if (path === "tools/launcher.sh") continue;
      assert(Deno.statSync(new URL(path, root)).mode! & 0o100, path);
    }
  },
);
