// JSON laid out for people, token by token, so that numbers keep all their digits and names that are there twice stay so.
// Pure; bounded for texts that are nested as deep as they are long.

/** Levels that are indented; deeper ones stand below the last of them. */
const MAX_LEVELS = 20;
const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s"[\]{},:]+/g;

/** The text with a line for each element, or null if it is no JSON. */
export function layOut(text: string): string | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const parts: string[] = [];
  let level = 0;
  let before = "";
  const line = () => `\n${"  ".repeat(Math.min(level, MAX_LEVELS))}`;
  for (const [token] of text.matchAll(TOKEN)) {
    const isEnd = token === "]" || token === "}";
    const isEmpty = isEnd && (before === "[" || before === "{");
    if (isEnd) level--;
    if (isEnd && !isEmpty) parts.push(line());
    else if (!isEmpty && /^[[{,]$/.test(before)) parts.push(line());
    parts.push(token === ":" ? ": " : token);
    if (token === "[" || token === "{") level++;
    before = token;
  }
  return parts.join("");
}
