// Writing to a socket at once: what the system takes, what it does not, and whose socket it is.

import { assert, assertEquals } from "@std/assert";
import { libcSockets } from "../../../server/process/libc_sockets.ts";
import { type DirectConn, DirectSend, type SocketCalls } from "../../../server/raw/direct_send.ts";

const calls = libcSockets();
/** Elsewhere, and where the C library is another one, there is no direct way. */
const ignore = calls === undefined;

/** Both ends of a connection. */
async function pair(): Promise<Disposable & { near: Deno.TcpConn; far: Deno.TcpConn }> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connecting = Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  const [near, far] = [await listener.accept() as Deno.TcpConn, await connecting];
  listener.close();
  const dispose = () => [near, far].forEach((conn) => conn[Symbol.dispose]());
  return { near, far, [Symbol.dispose]: dispose };
}

Deno.test({
  name: "DirectSend.send() sends what the system takes, and nothing after close()",
  ignore,
  async fn() {
    using ends = await pair();
    const direct = DirectSend.to(ends.near, calls!);
    assert(direct !== null);
    const bytes = new TextEncoder().encode("+OK\r\n+MORE\r\n");
    assertEquals(direct.send(bytes, 5), 5);
    const got = new Uint8Array(64);
    assertEquals(await ends.far.read(got), 5);
    assertEquals(new TextDecoder().decode(got.subarray(0, 5)), "+OK\r\n");
    const large = new Uint8Array(64 * 1024 * 1024);
    const sent = direct.send(large, large.length);
    assert(sent > 0 && sent < large.length, `${sent}`);
    assertEquals(direct.send(large, large.length), 0);
    direct.close();
    assertEquals(direct.send(bytes, 5), 0);
  },
});

Deno.test({
  name: "DirectSend.send() takes nothing where the client is gone",
  ignore,
  async fn() {
    using ends = await pair();
    const direct = DirectSend.to(ends.near, calls!);
    assert(direct !== null);
    ends.far.close();
    const bytes = new Uint8Array(64);
    // The first one is answered with a reset.
    while (direct.send(bytes, 64) > 0) await ends.near.read(bytes).catch(() => null);
    assertEquals(direct.send(bytes, 64), 0);
  },
});

Deno.test("DirectSend.to() believes in a number only where both ends of its socket are right", () => {
  const addr = (port: number): Deno.NetAddr => ({ transport: "tcp", hostname: "::1", port });
  const [local, remote] = [addr(0x1234), addr(0xfffe)];
  const answering = (family: number, ports: readonly number[], result = 0): SocketCalls => {
    const ask = (end: number) => (_fd: number, address: Uint8Array): number => {
      address.set([family, 0, ports[end]! >> 8, ports[end]! & 0xff]);
      return result;
    };
    return {
      send: (_fd, _bytes, length) => Number(length),
      getsockname: ask(0),
      getpeername: ask(1),
    };
  };
  const right = answering(10, [0x1234, 0xfffe]);
  const symbol = Symbol("Deno.internal.fd");
  const withFd = (fd: unknown): DirectConn => {
    const conn = { localAddr: local, remoteAddr: remote };
    return Object.defineProperty(conn, symbol, { value: fd, enumerable: false });
  };
  const isFound = (conn: DirectConn, calls: SocketCalls) => DirectSend.to(conn, calls) !== null;
  assertEquals(isFound(withFd(17), right), true);
  assertEquals(isFound(withFd(17), answering(2, [0x1234, 0xfffe])), true);
  for (const fd of [undefined, null, "17", -1, 2, 17.5, NaN]) {
    assertEquals(isFound(withFd(fd), right), false, String(fd));
  }
  assertEquals(isFound({ localAddr: local, remoteAddr: remote }, right), false);
  assertEquals(isFound(withFd(17), answering(1, [0x1234, 0xfffe])), false);
  assertEquals(isFound(withFd(17), answering(10, [0x1234, 0xfffd])), false);
  assertEquals(isFound(withFd(17), answering(10, [0x1235, 0xfffe])), false);
  assertEquals(isFound(withFd(17), answering(10, [0x1234, 0xfffe], -1)), false);
  const overTls = Object.assign(withFd(17), { handshake() {} });
  assertEquals(isFound(overTls, right), false);
  const unix = { transport: "unix" as const, path: "/run/x" };
  const overUnix = Object.defineProperty({ localAddr: unix, remoteAddr: unix }, symbol, {
    value: 17,
  });
  assertEquals(isFound(overUnix, right), false);
});
