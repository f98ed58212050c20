// Conversations about LCS.
// Made of lines that a client sends and the answers in the notation of ../notation.ts; see ../tables_test.ts.

import type { Tables } from "../table_shape.ts";

/** Conversations by subject. */
export const LCS_TABLES: Tables = {
  "lcs": [
    ["LCS a b", '""'],
    ["MSET a ohmytext b mynewtext", "+OK"],
    ["LCS a b", '"mytext"'],
    ["LCS a b LEN", ":6"],
    ["LCS a b IDX", '["matches", [[[:4, :7], [:5, :8]], [[:2, :3], [:0, :1]]], "len", :6]'],
    ["LCS a b IDX MINMATCHLEN 4", '["matches", [[[:4, :7], [:5, :8]]], "len", :6]'],
    [
      "LCS a b IDX MINMATCHLEN 4 WITHMATCHLEN",
      '["matches", [[[:4, :7], [:5, :8], :4]], "len", :6]',
    ],
    [
      "LCS a b IDX WITHMATCHLEN",
      '["matches", [[[:4, :7], [:5, :8], :4], [[:2, :3], [:0, :1], :2]], "len", :6]',
    ],
    [
      "LCS a b IDX MINMATCHLEN -1",
      '["matches", [[[:4, :7], [:5, :8]], [[:2, :3], [:0, :1]]], "len", :6]',
    ],
    ["LCS a b IDX MINMATCHLEN 5", '["matches", [], "len", :6]'],
    [
      "LCS b a IDX WITHMATCHLEN",
      '["matches", [[[:5, :8], [:4, :7], :4], [[:0, :1], [:2, :3], :2]], "len", :6]',
    ],
    ["LCS a a", '"ohmytext"'],
    ["LCS a a IDX WITHMATCHLEN", '["matches", [[[:0, :7], [:0, :7], :8]], "len", :8]'],
    ["LCS a none", '""'],
    ["LCS a none LEN", ":0"],
    ["LCS a none IDX", '["matches", [], "len", :0]'],
    ["LCS none a", '""'],
    ["LCS a b LEN IDX", "-ERR If you want both the length and indexes, please just use IDX."],
    ["LCS a b FOO", "-ERR syntax error"],
    ["LCS a b MINMATCHLEN", "-ERR syntax error"],
    ["LCS a b MINMATCHLEN abc", "-ERR value is not an integer or out of range"],
    ["LCS a b MINMATCHLEN 4", '"mytext"'],
    ["LCS a b WITHMATCHLEN", '"mytext"'],
    ["LCS a", "-ERR wrong number of arguments for 'lcs' command"],
    [
      "MSET c abcabcabcabcabcabcabcabcabcabcabcabcabc d cabbacabbacabbacabbacabbacabbacabbacabba",
      "+OK",
    ],
    ["LCS c d", '"cabbacabbacabcabcabcabcabcab"'],
    ["LCS d c", '"abcabcabcabcabcabacabbacabba"'],
    ["LCS d c len", ":28"],
  ],
};
