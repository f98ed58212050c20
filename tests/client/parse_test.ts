// parseCommand(): which command lines are commands, with what, and what is said about the others.

import { assertEquals } from "@std/assert";
import { ACCESS, BENCH, TTL } from "../../client/options.ts";
import { parseCommand } from "../../client/parse.ts";

const parse = (line: string[], env: Record<string, string> = {}) =>
  parseCommand(line, (name) => env[name]);

Deno.test("parseCommand() keeps operands as they are", () => {
  const table: [string[], string[]][] = [
    [["get", "k"], ["k"]],
    [["get", "007"], ["007"]],
    [["put", "1e3", "0x10"], ["1e3", "0x10"]],
    [["put", "k", "-"], ["k", "-"]],
    [["put", "k", ""], ["k", ""]],
    [["put", "k", "-5"], ["k", "-5"]],
    [["put", "--", "--json", "-x"], ["--json", "-x"]],
    [["put", "k", "--json", "--", "--json"], ["k", "--json"]],
    [["put", "--ttl", "5s", "k", "--json", "a=b"], ["k", "a=b"]],
    [["incr", "n"], ["n"]],
    [["incr", "n", "-12"], ["n", "-12"]],
    [["stats"], []],
  ];
  for (const [line, expected] of table) {
    const parsed = parse(line);
    assertEquals(parsed.kind === "run" ? parsed.operands : parsed, expected, line.join(" "));
  }
});

Deno.test("parseCommand() reads options anywhere, with = or a space", () => {
  const line = ["put", "--ttl=1.5s", "k", "--timeout", "2s", "v", "--json", "--token=a=b"];
  const parsed = parse([...line, "--url", "localhost:1"]);
  if (parsed.kind !== "run") throw new Error(JSON.stringify(parsed));
  const { values } = parsed;
  assertEquals(values.get(TTL), 1500);
  assertEquals(values.get(ACCESS.timeout), 2000);
  assertEquals(values.get(ACCESS.json), true);
  assertEquals(values.get(ACCESS.token), "a=b");
  assertEquals(values.get(ACCESS.url)?.url, "http://localhost:1");
});

Deno.test("parseCommand() takes options over variables over defaults", () => {
  const env = { SLABKV_URL: "http://a:1", SLABKV_TOKEN: "t", SLABKV_CA: "", SLABKV_TIMEOUT: "x" };
  const parsed = parse(["ping", "--url", "http://b:2"], env);
  if (parsed.kind !== "run") throw new Error(JSON.stringify(parsed));
  const { values } = parsed;
  assertEquals(values.get(ACCESS.url)?.hostname, "b");
  assertEquals(values.get(ACCESS.token), "t");
  assertEquals(values.get(ACCESS.ca), undefined);
  assertEquals(values.get(ACCESS.timeout), 5000);
  assertEquals(values.get(BENCH.connections), 64);
});

Deno.test("parseCommand() says what is wrong, and what to do", () => {
  const table: [string[], string][] = [
    [["pnig"], 'Unknown command "pnig": did you mean ping? See slabkv help'],
    [["zzzzzz"], 'Unknown command "zzzzzz": see slabkv help'],
    [["get"], "Command get lacks its KEY: see slabkv help get"],
    [["put", "k"], "Command put lacks its VALUE: see slabkv help put"],
    [["get", "k", "l"], 'Unexpected argument "l": see slabkv help get'],
    [
      ["get", "k", "--tokn", "x"],
      "Unknown option --tokn: did you mean --token? See slabkv help get",
    ],
    [["get", "k", "--ttl=1s"], "Unknown option --ttl: see slabkv help get"],
    [["get", "k", "-v"], "Unknown option -v: see slabkv help get"],
    [["get", "k", "--json", "--json"], "Option --json is given twice: give it once"],
    [["get", "k", "--json=1"], 'Cannot use --json "1": expected no value'],
    [
      ["get", "k", "--timeout"],
      "Option --timeout has no value: expected a duration from 1ms to 10m, such as 500ms, 30s or 1m",
    ],
    [
      ["put", "k", "v", "--ttl", "soon"],
      'Cannot use --ttl "soon": expected seconds, or a duration such as 500ms, 30s, 15m, 12h or 1d; ' +
      "at most 36500d",
    ],
    [
      ["get", "k", "--token", "a b"],
      "Cannot use --token: expected 1 to 512 visible ASCII characters, without spaces",
    ],
    [["completions"], "Command completions lacks its SHELL: see slabkv help completions"],
    [["completions", "fihs"], 'Unknown shell "fihs": did you mean fish?'],
    [["completions", "powershell"], 'Unknown shell "powershell": expected bash, zsh, fish'],
    [["help", "qqqq"], /Unknown command "qqqq": expected serve, get/.source],
    [
      ["bench", "--duration", "11m"],
      'Cannot use --duration "11m": expected a duration from 100ms to 10m, such as 500ms, 30s or 1m',
    ],
    [
      ["bench", "--mix", "80/30"],
      'Cannot use --mix "80/30": expected percentages of reads and writes that add up to 100, ' +
      "such as 80/20",
    ],
  ];
  for (const [line, expected] of table) {
    const parsed = parse(line);
    const message = parsed.kind === "error" ? parsed.message : parsed.kind;
    assertEquals(message.slice(0, expected.length), expected, line.join(" "));
  }
  const parsed = parse(["ping"], { SLABKV_URL: "ftp://x" });
  assertEquals(parsed.kind === "error" && parsed.message.startsWith("Cannot use SLABKV_URL"), true);
});

Deno.test("parseCommand() gives help whatever else is missing or wrong", () => {
  for (const line of [["get", "--help"], ["put", "-h"], ["bench", "--zzz", "--help"]]) {
    assertEquals(parse(line).kind, "help", line.join(" "));
  }
  assertEquals(parse(["put", "k", "--", "--help"]).kind, "run");
});
