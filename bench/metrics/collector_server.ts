// A collector of telemetry for the benchmark: takes whatever Deno sends by OTLP over HTTP, and says at /taken how much that
// was. Prints its port.

const taken = new Map<string, { posts: number; bytes: number }>();

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(port),
}, async (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/taken") return Response.json(Object.fromEntries(taken));
  const all = taken.get(pathname) ?? { posts: 0, bytes: 0 };
  taken.set(pathname, all);
  all.posts++;
  all.bytes += (await request.bytes()).length;
  return new Response(null, { headers: { "content-type": "application/x-protobuf" } });
});
