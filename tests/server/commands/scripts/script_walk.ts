// Random scripts about the libraries of scripts and about what becomes of values: the same one is sent to the command layer
// and to a redis-server, and both must answer alike. By hand, with more of them and another seed:
// deno run -A --lock=tests/deno.lock tests/server/commands/scripts/script_walk.ts 20000 7

import { newCache } from "../../fixture.ts";
import { readAnswer } from "../notation.ts";
import { RedisServer } from "../redis_server.ts";
import { Speaker } from "../speaker.ts";
import { Chance } from "./random_scripts.ts";

/** Each string as hexadecimal digits, and values with their types: answers are compared as text. */
const PRELUDE = String.raw`
-- What a script sets here is forgotten behind it, in Redis not.
cjson.encode_max_depth(1000) cjson.decode_max_depth(1000) cjson.encode_number_precision(14)
cjson.encode_sparse_array(false, 2, 10) cjson.encode_invalid_numbers(false) cjson.decode_invalid_numbers(true)
local function hex(s) return (s:gsub('.', function(c) return string.format('%02x', c:byte()) end)) end
local function show(v, depth)
  local t = type(v)
  if t == 'string' then return 's' .. hex(v) end
  if t == 'number' then return v ~= v and 'nan' or string.format('%.17g', v) end
  if t == 'userdata' then return 'null' end
  if t ~= 'table' then return tostring(v) end
  if depth > 20 then return '...' end
  local parts = {}
  for k, w in pairs(v) do parts[#parts + 1] = show(k, depth + 1) .. '=' .. show(w, depth + 1) end
  return '{' .. table.concat(parts, ',') .. '}'
end
local function all(...)
  local parts = {}
  for i = 1, select('#', ...) do parts[i] = show((select(i, ...)), 0) end
  return table.concat(parts, ' ')
end
`;

/** A script that was answered in two ways. */
export interface Difference {
  readonly script: string;
  readonly found: string;
  readonly wanted: string;
}

/** Sends `count` scripts to both; the first difference, or null. */
export async function walkScripts(count: number, seed: number): Promise<Difference | null> {
  await using redis = await RedisServer.start();
  const speaker = new Speaker(newCache());
  const chance = new Chance(seed);
  const encoder = new TextEncoder();
  for (let i = 0; i < count; i++) {
    const script = chance.script();
    const words = ["EVAL", `${PRELUDE}${script}`, "0"].map((word) => encoder.encode(word));
    await speaker.runWords(words);
    const [found, wanted] = [
      speaker.answer(),
      (await redis.exchange(words, readAnswer)).text,
    ].map(withoutPlaces);
    if (found !== wanted) return { script, found: found!, wanted: wanted! };
  }
  return null;
}

/** An answer without the addresses of tables and functions. */
function withoutPlaces(answer: string): string {
  return answer.replace(/0x[0-9a-f]{6,}/g, "0x");
}

if (import.meta.main) {
  const [count = "2000", seed = "1"] = Deno.args;
  const difference = await walkScripts(Number(count), Number(seed));
  console.log(difference ?? `${count} scripts were answered alike`);
}
