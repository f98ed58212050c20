// The headers that negotiation looks at, as far as they are short. No browser sends long ones, and what @std/http does with
// some takes time by the square of their length: 60 KB of spaces in If-None-Match kept a worker busy for 4 s.

/** Longer headers count as if they were not there. */
const MAX_HEADER_CHARS = 1024;

/** A request as negotiation sees it: the header `name` alone, if it has one that is not too long. */
export function withShort(
  { headers }: Pick<Request, "headers">,
  name: string,
): Pick<Request, "headers"> {
  const value = headers.get(name);
  const isShort = value !== null && value.length <= MAX_HEADER_CHARS;
  return { headers: new Headers(isShort ? { [name]: value } : {}) };
}
