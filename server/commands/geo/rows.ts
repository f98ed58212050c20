// Rows of the command table: commands on places.
// See command.ts for the fields of a row.

import { type CommandFlag, type CommandRow, MAX_ARGUMENTS, row } from "../../contract/command.ts";
import { geoRadiusKeys } from "../../contract/keys/found_keys.ts";
import { type KeyPlaces, ONE_KEY } from "../../contract/keys/key_places.ts";
import { geoadd, geodist, geohash, geopos } from "./places.ts";
import {
  georadius,
  georadiusbymember,
  georadiusbymemberRo,
  georadiusRo,
  geosearch,
  geosearchstore,
} from "./searches.ts";

const MAX = MAX_ARGUMENTS;
const TWO_KEYS: KeyPlaces = { first: 0, many: true, step: 1, most: 2 };

const geo = (
  name: string,
  min: number,
  flag: CommandFlag,
  summary: string,
  run: CommandRow["run"],
  keys: KeyPlaces = ONE_KEY,
) => row(name, [min, MAX], [flag], "geo", keys, summary, run);

/** The rows of the group "geo". */
export const GEO_ROWS: readonly CommandRow[] = [
  geo("GEOADD", 4, "write", "Adds places by longitude and latitude", geoadd),
  geo("GEOPOS", 1, "read", "Returns longitude and latitude of places", geopos),
  geo("GEODIST", 3, "read", "Returns the distance between two places", geodist),
  geo("GEOHASH", 1, "read", "Returns places as geohashes of eleven letters", geohash),
  geo("GEOSEARCH", 6, "read", "Returns the places within a circle or a box", geosearch),
  geo(
    "GEOSEARCHSTORE",
    7,
    "write",
    "Stores the places within a circle or a box",
    geosearchstore,
    TWO_KEYS,
  ),
  geo(
    "GEORADIUS",
    5,
    "write",
    "Returns or stores the places within a circle",
    georadius,
    geoRadiusKeys(5),
  ),
  geo("GEORADIUS_RO", 5, "read", "Returns the places within a circle", georadiusRo),
  geo(
    "GEORADIUSBYMEMBER",
    4,
    "write",
    "Returns or stores the places within a circle around one",
    georadiusbymember,
    geoRadiusKeys(4),
  ),
  geo(
    "GEORADIUSBYMEMBER_RO",
    4,
    "read",
    "Returns the places within a circle around one",
    georadiusbymemberRo,
  ),
];
