// parseTarget() and localTarget(): the addresses that people write.

import { assertEquals } from "@std/assert";
import { localTarget, parseTarget } from "../../client/target.ts";

Deno.test("parseTarget() reads http, https and Unix sockets", () => {
  const table: [string, string, string, number, string, string][] = [
    ["http://127.0.0.1:7171", "http://127.0.0.1:7171", "127.0.0.1", 7171, "127.0.0.1:7171", ""],
    ["localhost:8080", "http://localhost:8080", "localhost", 8080, "localhost:8080", ""],
    ["cache", "http://cache", "cache", 80, "cache", ""],
    ["https://a.example/", "https://a.example", "a.example", 443, "a.example", ""],
    ["http://[::1]:7/x/y/", "http://[::1]:7/x/y", "::1", 7, "[::1]:7", "/x/y"],
    ["unix:/run/s.sock", "unix:/run/s.sock", "", 0, "localhost", ""],
    ["unix:///run/s.sock", "unix:/run/s.sock", "", 0, "localhost", ""],
    ["unix:s.sock", "unix:s.sock", "", 0, "localhost", ""],
  ];
  for (const [text, url, hostname, port, authority, prefix] of table) {
    const found = parseTarget(text);
    assertEquals(
      [found?.url, found?.hostname, found?.port, found?.authority, found?.prefix],
      [url, hostname, port, authority, prefix],
      text,
    );
    assertEquals(found?.isTls, url.startsWith("https"));
    assertEquals(found?.unixPath, url.startsWith("unix:") ? url.slice(5) : undefined);
  }
});

Deno.test("parseTarget() refuses what is no server", () => {
  const wrong = ["", "unix:", "ftp://a", "http://", "http://a:99999", "http://u:p@a", "http://a?b"];
  for (const text of [...wrong, "http://a#b", "a b", "unix:\0"]) {
    assertEquals(parseTarget(text), undefined, text);
  }
});

Deno.test("localTarget() follows the server's own port, but no link of Kubernetes", () => {
  assertEquals(localTarget(undefined)?.url, "http://127.0.0.1:7171");
  assertEquals(localTarget("8080")?.url, "http://127.0.0.1:8080");
  for (const text of ["", "tcp://10.0.0.1:7171"]) {
    assertEquals(localTarget(text)?.url, "http://127.0.0.1:7171", text);
  }
  for (const text of ["0", "99999", "port", "71 71"]) {
    assertEquals(localTarget(text), undefined, text);
  }
});
