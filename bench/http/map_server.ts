/**
 * The obvious cache, as anyone would write it: a Map behind Deno.serve. It has no bound on memory
 * and no second core; the HTTP benchmark compares slabkv with it. Prints its port on stdout.
 */

const items = new Map<string, string>();

Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) },
  async (request) => {
    const url = new URL(request.url);
    if (request.method === "POST" && url.pathname === "/put") {
      const { key, value } = await request.json();
      items.set(key, value);
      return Response.json({ status: "OK", message: "Key inserted/updated successfully." });
    }
    if (request.method === "GET" && url.pathname === "/get") {
      const key = url.searchParams.get("key") ?? "";
      const value = items.get(key);
      if (value === undefined) {
        return Response.json({ status: "ERROR", message: "Key not found." });
      }
      return Response.json({ status: "OK", key, value });
    }
    return Response.json({ status: "ERROR", message: "Not found." }, { status: 404 });
  },
);
