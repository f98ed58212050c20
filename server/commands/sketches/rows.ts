// Rows of the command table: HyperLogLogs, Bloom filters and Count-Min sketches. See command.ts for the fields
// of a row.

import { type CommandRow, MAX_ARGUMENTS, oneKeyRows, row } from "../../contract/command.ts";
import { numberedKeys } from "../../contract/keys/found_keys.ts";
import { MANY_KEYS } from "../../contract/keys/key_places.ts";
import { bfLoadchunk, bfScandump } from "./bloom_dumps.ts";
import { bfAdd, bfInsert, bfMadd, bfReserve } from "./bloom_filters.ts";
import { bfCard, bfExists, bfInfo, bfMexists } from "./bloom_reads.ts";
import { cmsIncrBy, cmsInfo, cmsInitByDim, cmsInitByProb, cmsQuery } from "./count_min.ts";
import { cmsMerge } from "./count_min_merge.ts";
import { pfdebug } from "./hyperloglog_debug.ts";
import { pfadd, pfcount, pfmerge } from "./hyperloglogs.ts";

const pf = oneKeyRows("hyperloglog");
const bf = oneKeyRows("bf");
const cms = oneKeyRows("cms");

/** The rows of the groups "hyperloglog", "bf" and "cms". */
export const SKETCH_ROWS: readonly CommandRow[] = [
  pf("PFADD", 1, MAX_ARGUMENTS, "write", "Adds members to a HyperLogLog", pfadd),
  row(
    "PFCOUNT",
    [1, MAX_ARGUMENTS],
    ["read"],
    "hyperloglog",
    MANY_KEYS,
    "Estimates how many different members one or more HyperLogLogs have",
    pfcount,
  ),
  row(
    "PFMERGE",
    [1, MAX_ARGUMENTS],
    ["write"],
    "hyperloglog",
    MANY_KEYS,
    "Merges HyperLogLogs into the first one",
    pfmerge,
  ),
  row(
    "PFDEBUG",
    [2, 2],
    ["write", "admin"],
    "hyperloglog",
    { first: 1, many: false, step: 1 },
    "Shows what is inside a HyperLogLog",
    pfdebug,
  ),
  bf("BF.RESERVE", 3, 6, "write", "Makes an empty Bloom filter", bfReserve),
  bf("BF.ADD", 2, 2, "write", "Adds an item to a Bloom filter, which is made if needed", bfAdd),
  bf("BF.MADD", 2, MAX_ARGUMENTS, "write", "Adds several items to a Bloom filter", bfMadd),
  bf(
    "BF.INSERT",
    3,
    MAX_ARGUMENTS,
    "write",
    "Adds several items to a Bloom filter, which is made with the options if needed",
    bfInsert,
  ),
  bf("BF.EXISTS", 2, 2, "read", "Says whether an item seems to be in a Bloom filter", bfExists),
  bf("BF.MEXISTS", 2, MAX_ARGUMENTS, "read", "Says the same of several items", bfMexists),
  bf("BF.CARD", 1, 1, "read", "Counts the items of a Bloom filter", bfCard),
  bf("BF.INFO", 1, 2, "read", "Describes a Bloom filter", bfInfo),
  bf("BF.SCANDUMP", 2, 2, "read", "Returns a Bloom filter a piece at a time", bfScandump),
  bf("BF.LOADCHUNK", 3, 3, "write", "Takes in a piece of BF.SCANDUMP", bfLoadchunk),
  cms(
    "CMS.INITBYDIM",
    3,
    3,
    "write",
    "Makes a Count-Min sketch of such a width and depth",
    cmsInitByDim,
  ),
  cms(
    "CMS.INITBYPROB",
    3,
    3,
    "write",
    "Makes a Count-Min sketch for such an error and probability",
    cmsInitByProb,
  ),
  cms("CMS.INCRBY", 3, MAX_ARGUMENTS, "write", "Adds to the counts of items", cmsIncrBy),
  cms("CMS.QUERY", 2, MAX_ARGUMENTS, "read", "Returns the counts of items", cmsQuery),
  cms("CMS.INFO", 1, 1, "read", "Describes a Count-Min sketch", cmsInfo),
  row(
    "CMS.MERGE",
    [3, MAX_ARGUMENTS],
    ["write"],
    "cms",
    numberedKeys(1, 0),
    "Merges Count-Min sketches into the first one",
    cmsMerge,
  ),
];
