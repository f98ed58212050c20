/**
 * Pages in docs/ that are made from tables of the code, whole or in part: writes them, or with --check only says whether
 * they have to change. Knows no table.
 *
 * @module
 */

/**
 * Writes a page as `make` makes it of what it is now; under --check ends the process with 1 where that is another page.
 *
 * @param path from the root on
 * @param task the task of deno.json that writes it
 * @param make gives the page
 */
export async function writePage(
  path: string,
  task: string,
  make: (before: string) => string,
): Promise<void> {
  const url = new URL(`../${path}`, import.meta.url);
  const before = await Deno.readTextFile(url);
  const page = make(before);
  if (!Deno.args.includes("--check")) {
    await Deno.writeTextFile(url, page);
  } else if (page !== before) {
    console.error(`${path} is out of date: run deno task ${task}`);
    Deno.exit(1);
  }
}

/**
 * Replaces what stands between two marks.
 *
 * @param page the page
 * @param name the name in the marks
 * @param task the task in the opening mark
 * @param text what is to stand there
 * @throws {Error} where the marks are not there
 */
export function withPart(page: string, name: string, task: string, text: string): string {
  const opening = `<!-- ${name}: made by deno task ${task} -->\n`;
  const from = page.indexOf(opening) + opening.length;
  const to = page.indexOf(`<!-- /${name} -->\n`, from);
  if (from < opening.length || to < 0) throw new Error(`Cannot find the marks around the ${name}`);
  return page.slice(0, from) + text + page.slice(to);
}
