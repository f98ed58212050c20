/**
 * Makes the dashboard one file: server/http/dashboard/page.html, from the page, the styles and the program in dashboard/
 * and uPlot from npm. The file names the hash of all that it is made from, so that a test can tell whether it is up to
 * date on any machine; what Deno of another version would bundle need not have the same bytes.
 *
 * @module
 */

import { DIST, ROOT, runDeno } from "./build_stage.ts";
import { checkArguments } from "./tool_arguments.ts";

/** Where the page lies, as the server has it inside. */
export const PAGE: URL = new URL("server/http/dashboard/page.html", ROOT);
const MAIN = new URL("../dashboard/main.ts", import.meta.url);
const NOTICE = "uPlot 1.6.32, (c) 2022 Leon Sorokin, MIT License";

/** The files of a folder below the root, in the order of their paths. */
async function filesOf(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) paths.push(...await filesOf(`${folder}${name}/`));
    else paths.push(folder + name);
  }
  return paths.sort();
}

const read = (path: string): Promise<string> => Deno.readTextFile(new URL(path, ROOT));

/**
 * The hash of what the page is made from: dashboard/, this tool and the pinned packages. The tables that it shares with the
 * server are not in it: most changes of those files are types and comments.
 */
export async function sourcesHash(): Promise<string> {
  const paths = [...await filesOf("dashboard/"), "tools/dashboard_build.ts"];
  const texts = await Promise.all(paths.map(async (path) => `${path}\0${await read(path)}\0`));
  const packages = JSON.parse(await read("deno.json")).scopes["./dashboard/"];
  const all = new TextEncoder().encode(texts.join("") + JSON.stringify(packages));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all)).toHex();
}

/** Styles without comments and without spaces that mean nothing. */
export function smallStyle(text: string): string {
  return text
    .replace(/\/\*[^]*?\*\//g, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([{};,]) ?/g, "$1")
    .replace(/([{;][\w-]+): /g, "$1:")
    .replace(/;}/g, "}")
    .trim();
}

/** HTML without comments and indentation. */
function smallPage(text: string): string {
  return text.replace(/<!--[^]*?-->/g, "").replace(/\n\s*/g, "\n").trim();
}

/** Bundles the program. Nothing in it may end the element that it stands in. */
async function program(): Promise<string> {
  const output = new URL(`dashboard-${Deno.pid}.js`, DIST);
  await Deno.mkdir(DIST, { recursive: true });
  const args = ["bundle", "--platform", "browser", "--minify", "--lock=tests/deno.lock"];
  const ran = await runDeno([...args, "--output", output.pathname, MAIN.pathname]);
  if (!ran.success) throw new Error(`deno bundle failed:\n${ran.output}`);
  const text = await Deno.readTextFile(output);
  await Deno.remove(output);
  if (/<\/script|<!--/i.test(text)) throw new Error("Program would end its own element");
  return text.trim();
}

/** Puts `text` into the empty element `<name …></name>` of a page. */
function fill(page: string, name: string, text: string): string {
  const end = `></${name}>`;
  const at = page.indexOf(end);
  if (at < 0 || page.indexOf(end, at + 1) > 0) throw new Error(`Page needs one empty <${name}>`);
  return page.slice(0, at + 1) + text + page.slice(at + 1);
}

/** The finished page, built anew. */
export async function buildPage(): Promise<string> {
  const styles = (await filesOf("dashboard/styles/")).filter((path) => path.endsWith(".css"));
  const style = smallStyle((await Promise.all(styles.map(read))).join("\n"));
  const [hash, script] = await Promise.all([sourcesHash(), program()]);
  const page = smallPage(await read("dashboard/page.html"));
  const made =
    `<!-- Made by deno task dashboard:build with Deno ${Deno.version.deno}, from ${hash}. ${NOTICE}. -->`;
  const filled = fill(fill(page, "style", style), "script", script);
  return `${filled.replace("\n", `\n${made}\n`)}\n`;
}

/** What a page says of how it was made: from which sources, by which Deno. */
export function madeFrom(page: string): { readonly hash: string; readonly deno: string } {
  const [, deno = "", hash = ""] = /with Deno ([\d.]+), from ([0-9a-f]{64})\./.exec(page) ?? [];
  return { hash, deno };
}

const HELP = `The dashboard as one file: deno task dashboard:build
Writes server/http/dashboard/page.html. Takes no options.

  --help    this`;

if (import.meta.main) {
  checkArguments(HELP);
  const page = await buildPage();
  await Deno.mkdir(new URL(".", PAGE), { recursive: true });
  await Deno.writeTextFile(PAGE, page);
  const packed = new Response(
    new Blob([page]).stream().pipeThrough(new CompressionStream("gzip")),
  );
  const { length } = await packed.bytes();
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;
  console.log(`server/http/dashboard/page.html: ${kib(page.length)}, compressed ${kib(length)}`);
}
