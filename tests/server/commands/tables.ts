// All conversations of tables_test.ts: by subject, each on a cache of its own.

import type { Tables } from "./table_shape.ts";
import { ADMIN_TABLES } from "./tables_admin.ts";
import { CLIENT_TABLES } from "./connection/tables_clients.ts";
import { DATABASE_TABLES } from "./tables_databases.ts";
import { CONFIG_TABLES } from "./server/tables_config.ts";
import { USER_TABLES } from "./server/tables_users.ts";
import { SET_TABLES } from "./sets/tables_sets.ts";
import { COMBINATION_TABLES } from "./sorted_sets/tables_combinations.ts";
import { SORTED_SET_TABLES } from "./sorted_sets/tables_sorted_sets.ts";
import { GEO_TABLES } from "./geo/tables_geo.ts";
import { SERVER_TABLES } from "./tables_server.ts";
import { BIT_TABLES } from "./bits/tables_bits.ts";
import { HASH_TABLES } from "./hashes/tables_hashes.ts";
import { LIST_TABLES } from "./lists/tables_lists.ts";
import { LCS_TABLES } from "./strings/tables_lcs.ts";
import { SCRIPT_TABLES } from "./scripts/tables_scripts.ts";
import { SKETCH_TABLES } from "./sketches/tables_sketches.ts";
import { SORT_TABLES } from "./keys/tables_sort.ts";
import { TYPE_TABLES } from "./strings/tables_other_types.ts";
import { TRACKING_TABLES } from "./connection/tables_tracking.ts";
import { VALUE_TABLES } from "./tables_values.ts";

/** Every table. */
export const TABLES: Tables = {
  ...VALUE_TABLES,
  ...SERVER_TABLES,
  ...DATABASE_TABLES,
  ...CLIENT_TABLES,
  ...TRACKING_TABLES,
  ...LCS_TABLES,
  ...TYPE_TABLES,
  ...SORT_TABLES,
  ...BIT_TABLES,
  ...HASH_TABLES,
  ...LIST_TABLES,
  ...SET_TABLES,
  ...SORTED_SET_TABLES,
  ...COMBINATION_TABLES,
  ...GEO_TABLES,
  ...SKETCH_TABLES,
  ...SCRIPT_TABLES,
  ...USER_TABLES,
  ...CONFIG_TABLES,
  ...ADMIN_TABLES,
};
