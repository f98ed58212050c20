// Commands that every group's walk has in between: keys that come, go and are of other types.

import type { Draw, Maker } from "../draw.ts";

/** Makers of keys of any type, of which one has to be refused by most commands. */
export function otherTypes(draw: Draw): Maker[] {
  const key = () => draw.key();
  return [
    () => ["SET", key(), draw.member()],
    () => ["RPUSH", key(), ...draw.some(3, () => draw.member())],
    () => ["SADD", key(), ...draw.some(3, () => draw.member())],
    () => ["HSET", key(), draw.member(), draw.member()],
    () => ["ZADD", key(), draw.score(), draw.member()],
  ];
}

/** Makers of what is done to keys of any type. */
export function anyKey(draw: Draw): Maker[] {
  const key = () => draw.key();
  return [
    () => ["DEL", ...draw.some(2, key)],
    () => ["UNLINK", key()],
    () => ["TYPE", key()],
    () => ["EXISTS", ...draw.some(3, key)],
    () => ["RENAME", key(), key()],
    () => ["COPY", key(), key(), ...draw.options(["REPLACE"])],
    () => ["EXPIREAT", key(), String(4_000_000_000 + draw.below(5))],
    () => ["EXPIRETIME", key()],
    () => ["PERSIST", key()],
    () => ["TOUCH", key()],
  ];
}

/** Most commands of the group's own; some of these in between. */
export function mixed(draw: Draw, own: readonly Maker[]): Maker {
  const others = otherTypes(draw);
  const any = anyKey(draw);
  return () => {
    const kind = draw.below(100);
    if (kind < 3) return draw.pick(others)();
    if (kind < 9) return draw.pick(any)();
    return draw.damaged(draw.pick(own)());
  };
}
