// Random commands on places on the earth.

import type { Draw, Maker, Words } from "../draw.ts";

const LONGITUDES = ["13.361389", "15.087269", "-180", "180", "0", "179.99", "-122.4", "13.4"];
const LATITUDES = ["38.115556", "37.502669", "85.05112878", "-85.05112878", "0", "52.5", "60"];
const UNITS = ["m", "km", "ft", "mi", "KM", "m", "km", "parsec"];
const RADIUSES = ["0", "1", "100", "200", "1000", "5000", "20000", "0.5", "1e5", "-1", "x", "nan"];

/** The makers of the group. */
export function ofGeo(draw: Draw): Maker[] {
  const key = () => draw.key();
  const member = () => draw.isRare(6) ? draw.member() : `m${draw.below(15)}`;
  const unit = () => draw.pick(UNITS);
  const longitude = () => {
    if (draw.isRare(40)) return draw.pick(["181", "x", "", "nan", "inf"]);
    return draw.isRare(3) ? draw.pick(LONGITUDES) : (draw.random.nextFloat() * 40 - 10).toFixed(6);
  };
  const latitude = () => {
    if (draw.isRare(40)) return draw.pick(["86", "-90", "x", ""]);
    return draw.isRare(3) ? draw.pick(LATITUDES) : (draw.random.nextFloat() * 30 + 35).toFixed(6);
  };
  const radius = () => draw.pick(RADIUSES);
  const place = () => [longitude(), latitude()];
  const count = (): Words => ["COUNT", draw.isRare(5) ? draw.index() : String(1 + draw.below(9))];
  const shown = () =>
    draw.options(["WITHCOORD"], ["WITHDIST"], ["WITHHASH"], [draw.pick(["ASC", "DESC"])], count());
  const around = (): Words =>
    draw.isRare(2) ? ["FROMMEMBER", member()] : ["FROMLONLAT", ...place()];
  const within = (): Words =>
    draw.isRare(2) ? ["BYRADIUS", radius(), unit()] : ["BYBOX", radius(), radius(), unit()];
  const add: Maker = () => [
    ...["GEOADD", key()],
    ...draw.some(6, () => "").flatMap(() => [...place(), member()]),
  ];
  // Sines of C differ in their last bit: of distances that are stored nobody reads all digits.
  const distanceKey = () => `distances${draw.below(2)}`;
  const store = () =>
    draw.isRare(2) ? draw.options(["STORE", key()]) : draw.options(["STOREDIST", distanceKey()]);
  return [
    add,
    add,
    add,
    () => ["GEOADD", key(), ...draw.options(["NX"], ["XX"], ["CH"]), ...place(), member()],
    () => ["GEOPOS", key(), ...draw.some(4, member)],
    () => ["GEOHASH", key(), ...draw.some(4, member)],
    () => ["GEODIST", key(), member(), member(), ...(draw.isRare(2) ? [unit()] : [])],
    () => ["GEOSEARCH", key(), ...around(), ...within(), ...shown()],
    () => ["GEOSEARCH", key(), ...around(), ...within(), ...shown()],
    () => ["GEOSEARCH", key(), ...around(), "BYRADIUS", "2000", "km", ...shown()],
    () => ["GEOSEARCH", key(), ...within(), ...around(), "COUNT", "2", "ANY"],
    () => [
      ...["GEOSEARCHSTORE", key(), key(), ...around(), ...within()],
      ...draw.options(["ASC", ...count()]),
    ],
    () => ["GEOSEARCHSTORE", distanceKey(), key(), ...around(), ...within(), "STOREDIST"],
    () => ["ZRANGE", distanceKey(), "0", "-1"],
    () => ["GEORADIUS", key(), ...place(), radius(), unit(), ...shown()],
    () => ["GEORADIUS", key(), ...place(), "3000", "km", ...store()],
    () => ["GEORADIUS_RO", key(), ...place(), radius(), unit(), ...shown()],
    () => ["GEORADIUSBYMEMBER", key(), member(), radius(), unit(), ...shown()],
    () => ["GEORADIUSBYMEMBER", key(), member(), "2000", "km", ...store()],
    () => ["GEORADIUSBYMEMBER_RO", key(), member(), radius(), unit(), ...shown()],
    () => ["ZREM", key(), member()],
    () => ["ZRANGE", key(), "0", "-1", "WITHSCORES"],
  ];
}
