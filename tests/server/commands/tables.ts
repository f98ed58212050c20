// All conversations of tables_test.ts: by subject, each on a cache of its own.

import { SERVER_TABLES } from "./tables_server.ts";
import { VALUE_TABLES } from "./tables_values.ts";

/** Lines and their answers, by subject. */
export type Tables = Readonly<Record<string, readonly (readonly [line: string, answer: string])[]>>;

/** Every table. */
export const TABLES: Tables = { ...VALUE_TABLES, ...SERVER_TABLES };
