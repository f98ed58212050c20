/**
 * Tests of addresses: what is an address, a Host entry or an origin, and what is loopback, on
 * which the consent to listen for other machines rests.
 */

import { assertEquals } from "@std/assert";
import {
  authorityOf,
  isLoopback,
  parseAuthority,
  parseHost,
  parseOrigin,
} from "../../../server/config/addresses.ts";

Deno.test("authorityOf() puts IPv6 into brackets, and nothing else", () => {
  assertEquals(authorityOf("127.0.0.1", 80), "127.0.0.1:80");
  assertEquals(authorityOf("localhost", 7171), "localhost:7171");
  assertEquals(authorityOf("::1", 7171), "[::1]:7171");
});

Deno.test("parseHost() takes IPv4, IPv6 with and without brackets, and names", () => {
  const table: [string, string | undefined][] = [
    ["127.0.0.1", "127.0.0.1"],
    ["0.0.0.0", "0.0.0.0"],
    ["::", "::"],
    ["[::1]", "::1"],
    ["2001:DB8::7", "2001:DB8::7"],
    ["fe80::1%eth0", "fe80::1%eth0"],
    ["LocalHost", "localhost"],
    ["cache-1.example.org", "cache-1.example.org"],
    ["my_host", "my_host"],
    ["", undefined],
    ["256.0.0.1", undefined],
    ["127.1", undefined],
    ["1.2.3.4.", undefined],
    ["1.2.3.4.5", undefined],
    ["localhost:7171", undefined],
    ["[127.0.0.1]", undefined],
    ["[::1", undefined],
    [":::", undefined],
    ["::1]/x[", undefined],
    ["-a", undefined],
    ["a b", undefined],
    ["http://a", undefined],
    ["a.".repeat(200) + "a", undefined],
  ];
  for (const [text, host] of table) assertEquals(parseHost(text), host, text);
});

Deno.test("isLoopback() knows every spelling of this machine", () => {
  for (
    const host of [
      "127.0.0.1",
      "127.9.9.9",
      "::1",
      "0:0:0:0:0:0:0:1",
      "::ffff:127.0.0.1",
      "::ffff:7f09:1",
    ]
  ) {
    assertEquals(isLoopback(host), true, host);
  }
  for (const host of ["localhost", "a.localhost"]) assertEquals(isLoopback(host), true, host);
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "::2", "::ffff:10.0.0.1", "127.example.org"]) {
    assertEquals(isLoopback(host), false, host);
  }
  for (const host of ["::ffff:7.241.1.1", "::ffff:7f1:101", "::ffff:126.255.0.1", "::7f00:1"]) {
    assertEquals(isLoopback(host), false, host);
  }
});

Deno.test("parseAuthority() takes hosts with and without a port", () => {
  const table: [string, string | undefined][] = [
    ["Cache.example", "cache.example"],
    ["cache.example:7171", "cache.example:7171"],
    ["[::1]:7171", "[::1]:7171"],
    ["cache.example:99999", undefined],
    ["http://cache.example", undefined],
    ["", undefined],
  ];
  for (const [text, host] of table) assertEquals(parseAuthority(text), host, text);
});

Deno.test("parseOrigin() takes what browsers send", () => {
  const table: [string, string | undefined][] = [
    ["https://app.example", "https://app.example"],
    ["http://LOCALHOST:3000", "http://localhost:3000"],
    ["https://app.example/", undefined],
    ["https://app.example:443", undefined],
    ["ftp://app.example", undefined],
    ["app.example", undefined],
    ["null", undefined],
  ];
  for (const [text, origin] of table) assertEquals(parseOrigin(text), origin, text);
});
