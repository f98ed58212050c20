/**
 * The program that a measurement compares with: sends back what comes, on a free port of 127.0.0.1 that it prints. As
 * nobody attacks it, what it takes is what the machine takes.
 */

if (import.meta.main) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  console.log(listener.addr.port);
  for await (const conn of listener) {
    conn.readable.pipeTo(conn.writable).catch(() => {});
  }
}
