// Micro-benchmarks of the engine for `deno bench`: 16-byte keys, 64-byte values.

import { Micro, microSizes } from "./micro.ts";

for (const count of microSizes) {
  const group = `among ${count.toLocaleString("en-US")} items`;
  let micro: Micro | undefined;
  const on = () => micro ??= new Micro(count);
  const add = (name: string, run: (micro: Micro) => void) => {
    const warm = () => {
      const it = on();
      return () => run(it);
    };
    let call: (() => void) | undefined;
    Deno.bench(name, { group }, () => (call ??= warm())());
  };
  add("get", (it) => it.get());
  add("miss", (it) => it.miss());
  add("overwrite", (it) => it.overwrite());
  add("delete and insert", (it) => it.deleteAndInsert());
  add("insert", (it) => it.insert());
}
