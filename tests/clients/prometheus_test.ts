// Prometheus itself, with the files of deploy/: it scrapes a server, every metric arrives, each alert and each panel asks
// for what is there, and nothing alerts.

import { assert, assertEquals } from "@std/assert";
import { freePort } from "../../bench/child_servers.ts";
import { TestServer, until } from "../wire/server.ts";

const root = new URL("../../", import.meta.url);
/** What an alert or a panel says that may have nothing to look at. */
const MAY_BE_EMPTY = /empty while/i;

interface Rule {
  readonly name: string;
  readonly query: string;
  readonly type: string;
  readonly health: string;
  readonly state?: string;
  readonly lastError?: string;
  readonly annotations?: { readonly description?: string };
}

interface Panel {
  readonly title: string;
  readonly description?: string;
  readonly targets?: readonly { readonly expr: string }[];
}

async function hasPrometheus(): Promise<boolean> {
  try {
    return (await new Deno.Command("prometheus", { args: ["--version"] }).output()).success;
  } catch {
    console.log("skipped: no prometheus");
    return false;
  }
}

/** A Prometheus with the configuration of deploy/, quicker, that scrapes `port`. */
class Prometheus implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #url: string;
  readonly #dir: string;

  constructor(dir: string, port: number) {
    this.#dir = dir;
    const read = (name: string) => Deno.readTextFileSync(new URL(`deploy/${name}`, root));
    const config = read("prometheus.yml").replaceAll("15s", "1s").replace("5s", "1s")
      .replace("127.0.0.1:7171", `127.0.0.1:${port}`);
    Deno.writeTextFileSync(`${dir}/prometheus.yml`, config);
    Deno.writeTextFileSync(`${dir}/alerts.yml`, read("alerts.yml"));
    const address = `127.0.0.1:${freePort()}`;
    this.#url = `http://${address}/api/v1/`;
    this.#child = new Deno.Command("prometheus", {
      args: [
        `--config.file=${dir}/prometheus.yml`,
        `--storage.tsdb.path=${dir}/tsdb`,
        `--web.listen-address=${address}`,
      ],
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  // deno-lint-ignore no-explicit-any
  async get(path: string, parameters: Record<string, string> = {}): Promise<any> {
    const answer = await fetch(`${this.#url}${path}?${new URLSearchParams(parameters)}`);
    const { status, data, error } = await answer.json();
    assertEquals([status, error], ["success", undefined], JSON.stringify(parameters));
    return data;
  }

  /** How many series a query gives. */
  async count(query: string): Promise<number> {
    return (await this.get("query", { query })).result.length;
  }

  /** Waits until it has scraped `times` times, and has applied its rules since. Meanwhile `work` is done again and again. */
  async scraped(times: number, work: () => Promise<void>): Promise<void> {
    const query = `count_over_time(up[1m]) >= ${times} and on () slabkv:hit_ratio:rate5m`;
    await until("Prometheus has scraped", async () => {
      await work();
      return await this.count(query).catch(() => 0) > 0;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await Deno.remove(this.#dir, { recursive: true });
  }
}

/** The names of the metrics that a server tells. */
async function namesTold(port: number): Promise<string[]> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const names = text.split("\n").filter((line) => line.startsWith("slabkv_"))
    .map((line) => /^\w+/.exec(line)![0]);
  return [...new Set(names)].sort();
}

async function checkRules(prometheus: Prometheus): Promise<void> {
  const { groups } = await prometheus.get("rules");
  const rules: Rule[] = groups.flatMap(({ rules }: { rules: Rule[] }) => rules);
  assert(rules.length > 20);
  for (const { name, query, type, health, state, lastError, annotations } of rules) {
    assertEquals([health, lastError], ["ok", undefined], name);
    if (type === "alerting") assertEquals(state, "inactive", name);
    // Whatever it compares with, what it looks at is there.
    for (const [selector] of query.matchAll(/\b(?:slabkv|up)[\w:]*(?:\{[^}]*\})?/g)) {
      const mayBeEmpty = MAY_BE_EMPTY.test(annotations?.description ?? "");
      assert(mayBeEmpty || await prometheus.count(selector) > 0, `${name}: ${selector}`);
    }
  }
}

async function checkPanels(prometheus: Prometheus): Promise<void> {
  const { panels } = JSON.parse(await Deno.readTextFile(new URL("deploy/grafana.json", root)));
  for (const { title, description = "", targets = [] } of panels as Panel[]) {
    for (const { expr } of targets) {
      const query = expr.replaceAll("$job", "slabkv").replaceAll("$instance", ".+")
        .replaceAll("$__rate_interval", "1m");
      assert(!query.includes("$"), expr);
      const found = await prometheus.count(query);
      assert(found > 0 || MAY_BE_EMPTY.test(description), `${title}: ${expr}`);
    }
  }
}

Deno.test("Prometheus scrapes a server, and alerts and panels of deploy/ find what they ask for", async () => {
  if (!await hasPrometheus()) return;
  const dataDir = await Deno.makeTempDir();
  try {
    await using server = await TestServer.start(["--data-dir", dataDir, "--workers", "2"]);
    await using prometheus = new Prometheus(await Deno.makeTempDir(), server.port);
    const url = `http://127.0.0.1:${server.port}`;
    const commands = '[["SET","k","v"],["GET","k"],["GET","none"],["INCR","k"]]';
    await prometheus.scraped(2, async () => {
      await (await fetch(`${url}/pipeline`, { method: "POST", body: commands })).text();
    });
    const { activeTargets } = await prometheus.get("targets");
    assertEquals(
      activeTargets.map(({ health, lastError }: Record<string, string>) => [health, lastError]),
      [
        ["up", ""],
      ],
    );
    const names: string[] = await prometheus.get("label/__name__/values");
    const kept = names.filter((name) => name.startsWith("slabkv_")).sort();
    assertEquals(kept, await namesTold(server.port));
    await checkRules(prometheus);
    await checkPanels(prometheus);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("promtool finds nothing wrong with the rules, and each alert fires where it should", async () => {
  for (
    const args of [["check", "rules", "deploy/alerts.yml"], [
      "test",
      "rules",
      "deploy/alerts_test.yml",
    ]]
  ) {
    try {
      const { success, stdout, stderr } = await new Deno.Command("promtool", { args, cwd: root })
        .output();
      const decoder = new TextDecoder();
      assert(success, decoder.decode(stdout) + decoder.decode(stderr));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      console.log("skipped: no promtool");
    }
  }
});

Deno.test("each alert is tested by deploy/alerts_test.yml, and says where and what", async () => {
  const rules = await Deno.readTextFile(new URL("deploy/alerts.yml", root));
  const tests = await Deno.readTextFile(new URL("deploy/alerts_test.yml", root));
  const alerts = rules.split(/^ +- alert: /m).slice(1);
  const names = alerts.map((text) => /^\w+/.exec(text)![0]);
  assertEquals([...tests.matchAll(/alertname="(\w+)"/g)].map(([, name]) => name), names);
  for (const text of alerts) {
    assert(
      /severity: (critical|warning|info)/.test(text) && text.includes("$labels.instance"),
      text,
    );
  }
});

Deno.test("grafana: panels have numbers of their own, and none lies on another", () => {
  interface Place {
    readonly id: number;
    readonly gridPos: Readonly<Record<"x" | "y" | "w" | "h", number>>;
  }
  const { panels } = JSON.parse(Deno.readTextFileSync(new URL("deploy/grafana.json", root))) as {
    panels: Place[];
  };
  assertEquals(new Set(panels.map(({ id }) => id)).size, panels.length);
  const taken = new Map<string, number>();
  for (const { id, gridPos: { x, y, w, h } } of panels) {
    assert(x + w <= 24, `${id}`);
    for (let i = 0; i < w * h; i++) {
      const cell = `${x + i % w},${y + Math.floor(i / w)}`;
      assertEquals(taken.get(cell), undefined, `${id} at ${cell}`);
      taken.set(cell, id);
    }
  }
});
