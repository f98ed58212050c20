// Reads the number of a database from an argument, with the refusals of Redis. It is the number that
// clients use, which says nothing of where the database is stored.

import { DATABASE_COUNT } from "../../cache/mod.ts";
import type { Args } from "../contract/args.ts";
import type { Failure } from "../contract/reply.ts";
import { integerOf } from "./argument_text.ts";
import { NOT_INTEGER, refused } from "./failures.ts";

const MIN_INT32 = -(2 ** 31);
const MAX_INT32 = 2 ** 31 - 1;

/** The refusal of a number that no database has. */
export const NO_SUCH_DATABASE: Failure = refused("DB index is out of range");
const NOT_INT32 = refused(
  `value is out of range, value must between ${MIN_INT32} and ${MAX_INT32}`,
);

/** The database that argument `index` names, or why it names none. */
export function databaseAt(args: Args, index: number): number | Failure {
  const number = integerOf(args, index);
  if (number === undefined) return NOT_INTEGER;
  if (number < MIN_INT32 || number > MAX_INT32) return NOT_INT32;
  return number < 0 || number >= DATABASE_COUNT ? NO_SUCH_DATABASE : Number(number);
}

/** The same for one of two arguments that SWAPDB has its own words for. */
export function namedDatabaseAt(args: Args, index: number, name: string): number | Failure {
  const database = databaseAt(args, index);
  if (typeof database === "number" || database === NO_SUCH_DATABASE) return database;
  return refused(`invalid ${name} DB index`);
}
