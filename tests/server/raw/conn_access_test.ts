// The short way to a connection: it is there on this Deno, does what the connection's own methods do,
// and where anything looks otherwise than expected the connection itself is taken.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type Access,
  accessTo,
  type ResourceOps,
  resourceOps,
} from "../../../server/raw/conn_access.ts";
import { InputBuffer } from "../../../server/raw/input_buffer.ts";
import { MemoryBudget } from "../../../server/contract/memory_budget.ts";
import { newRegion } from "../fixture.ts";

/** Both ends of a connection over TCP or a Unix socket. */
async function pair(unixPath?: string): Promise<{ near: Deno.Conn; far: Deno.Conn }> {
  if (unixPath !== undefined) {
    using listener = Deno.listen({ transport: "unix", path: unixPath });
    const connecting = Deno.connect({ transport: "unix", path: unixPath });
    return { near: await listener.accept(), far: await connecting };
  }
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connecting = Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  return { near: await listener.accept(), far: await connecting };
}

for (const transport of ["tcp", "unix"]) {
  Deno.test({
    name: `accessTo() reads, writes and ends as the connection does: ${transport}`,
    ignore: transport === "unix" && Deno.build.os === "windows",
    async fn() {
      const folder = await Deno.makeTempDir();
      const { near, far } = await pair(transport === "unix" ? `${folder}/s` : undefined);
      await Deno.remove(folder, { recursive: true });
      const access = accessTo(near);
      assert(access !== near, "this Deno has no short way any more: see conn_access.ts");
      const to = new Uint8Array(16);
      const reading = access.read(to);
      await far.write(new TextEncoder().encode("hello"));
      assertEquals(await reading, 5);
      assertEquals(new TextDecoder().decode(to.subarray(0, 5)), "hello");
      assertEquals(await access.write(to.subarray(1, 4)), 3);
      const got = new Uint8Array(16);
      assertEquals(await far.read(got), 3);
      assertEquals(new TextDecoder().decode(got.subarray(0, 3)), "ell");
      const last = access.read(to);
      far.close();
      assertEquals(await last, 0);
      const pending = accessTo(near).read(to);
      near.close();
      assertEquals(await pending.catch(() => 0), 0);
      await assertRejects(() => access.read(to));
      await assertRejects(() => access.write(to));
    },
  });
}

Deno.test("accessTo() takes the connection itself where Deno looks otherwise", () => {
  const ops: ResourceOps = {
    read: (rid) => Promise.resolve(rid),
    write: (rid) => Promise.resolve(rid),
  };
  const internal = Symbol("internal");
  for (
    const deno of [
      {},
      { internal: "internal" },
      { internal },
      { internal, [internal]: {} },
      { internal, [internal]: { core: { read: ops.read } } },
      { internal, [internal]: { core: { read: ops.read, write: 1 } } },
    ]
  ) assertEquals(resourceOps(deno), null);
  assertEquals(resourceOps({ internal, [internal]: { core: ops } }), ops);
  const connOf = (name: string, rid: unknown): Access =>
    ({ ...ops, [Symbol(name)]: rid }) as unknown as Access;
  const right = connOf("Deno.internal.rid", 7);
  assert(accessTo(right, ops) !== right);
  assertEquals(accessTo(right, null), right);
  for (
    const conn of [
      connOf("rid", 7),
      connOf("Deno.internal.rid", "7"),
      connOf("Deno.internal.rid", NaN),
    ]
  ) {
    assertEquals(accessTo(conn, ops), conn);
  }
});

Deno.test("InputBuffer.add() takes no more than there is space for", () => {
  const budget = new MemoryBudget(newRegion(), 1, 8 * 2 ** 20);
  const input = new InputBuffer(budget.open({ giveUp() {} }, 2 ** 20, 1));
  input.add(4000);
  for (const count of [97, NaN, Infinity]) assertThrows(() => input.add(count), RangeError);
  assertEquals(input.end, 4000);
  input.add(96);
  assertEquals(input.space().length, 0);
});
