// Who may ask: hosts with and without ports, IPv6, names that only look alike, origins, tokens.

import { assertEquals } from "@std/assert";
import { Admission } from "../../../server/http/admission.ts";
import { configOf } from "../fixture.ts";

/** Whether a request to each of these authorities is let in. */
function admitted(args: string[], authorities: string[], trusted = false): boolean[] {
  const admission = new Admission(configOf(...args), trusted);
  return authorities.map((authority) => {
    const url = `http://${authority}/get?key=k`;
    const start = admission.pathStart(url);
    // Asked again, the answer is the same, and the path is where it was.
    assertEquals(admission.pathStart(url), start);
    if (start >= 0) assertEquals(url.slice(start), "/get?key=k");
    return start >= 0;
  });
}

const LOOPBACK = ["127.0.0.1", "127.0.0.1:7171", "127.9.9.9:80", "localhost", "LOCALHOST:7171"];
const LOOPBACK_TOO = ["app.localhost", "[::1]", "[::1]:7171", "[0:0:0:0:0:0:0:1]:1"];
const FOREIGN = [
  "evil.example",
  "evil.example:7171",
  "localhost.evil.example",
  "127.0.0.1.evil.example",
  "localhost@evil.example",
  "evil.example@localhost",
  "10.0.0.1",
  "[::2]:7171",
  "[::1",
  "localhost:",
  "localhost:99999999",
  "",
];

Deno.test("Admission.pathStart() lets in loopback and nothing else by default", () => {
  const local = [...LOOPBACK, ...LOOPBACK_TOO];
  assertEquals(admitted([], local), local.map(() => true));
  assertEquals(admitted([], FOREIGN), FOREIGN.map(() => false));
});

Deno.test("Admission.pathStart() lets in --allow-host, with any port unless it has one", () => {
  const args = ["--allow-host", "cache.example,other.example:99,[2001:db8::7]"];
  const table: [string, boolean][] = [
    ["cache.example", true],
    ["CACHE.example:7171", true],
    ["sub.cache.example", false],
    ["other.example:99", true],
    ["other.example:98", false],
    ["other.example", false],
    ["[2001:db8::7]", true],
    ["localhost:7171", true],
    ["evil.example", false],
  ];
  assertEquals(admitted(args, table.map(([host]) => host)), table.map(([, ok]) => ok));
});

Deno.test("Admission.pathStart() lets anybody in beyond loopback, unless hosts are listed", () => {
  const open = ["--host", "0.0.0.0", "--allow-remote"];
  assertEquals(admitted(open, ["cache.example", "10.0.0.1:7171"]), [true, true]);
  const listed = [...open, "--allow-host", "cache.example"];
  assertEquals(admitted(listed, ["cache.example", "10.0.0.1:7171"]), [true, false]);
});

Deno.test("Admission.pathStart() lets anybody in over a trusted listener", () => {
  assertEquals(admitted([], ["evil.example", "localhost"], true), [true, true]);
});

Deno.test("Admission.pathStart() finds the path of targets without one", () => {
  const admission = new Admission(configOf(), false);
  assertEquals(admission.pathStart("http://localhost"), "http://localhost".length);
  assertEquals(admission.pathStart("http://evil.example"), -1);
  assertEquals(admission.pathStart("http://localhost/a"), "http://localhost".length);
  assertEquals(admission.pathStart("http://localhost.evil.example/a"), -1);
});

Deno.test("Admission.originAllowed() takes no origin, the own one and listed ones", () => {
  const own = "http://localhost:7171";
  const plain = new Admission(configOf(), false);
  const listed = new Admission(configOf("--allow-origin", "https://app.example"), false);
  assertEquals([plain.allowsOrigins, listed.allowsOrigins], [false, true]);
  for (const admission of [plain, listed]) {
    for (const origin of [null, own]) assertEquals(admission.originAllowed(origin, own), true);
    for (const origin of ["null", "", "https://evil.example", "http://localhost:7172"]) {
      assertEquals(admission.originAllowed(origin, own), false, origin);
    }
  }
  assertEquals(plain.originAllowed("https://app.example", own), false);
  assertEquals(listed.originAllowed("https://app.example", own), true);
  assertEquals(listed.sharesWith("https://app.example"), true);
  assertEquals(listed.sharesWith(own), false);
});

Deno.test("Admission.tokenMatches() takes the whole token under the Bearer scheme alone", () => {
  const open = new Admission(configOf(), false);
  assertEquals([open.needsToken, open.tokenMatches(null)], [false, true]);
  const admission = new Admission(configOf("--token", "s3cret"), false);
  assertEquals(admission.needsToken, true);
  const table: [string | null, boolean][] = [
    ["Bearer s3cret", true],
    ["bearer   s3cret ", true],
    ["BEARER s3cret", true],
    [null, false],
    ["", false],
    ["Bearer", false],
    ["Bearer ", false],
    ["s3cret", false],
    ["Basic s3cret", false],
    ["Bearer s3cre", false],
    ["Bearer s3crett", false],
    ["Bearer S3cret", false],
    ["XBearer s3cret", false],
  ];
  for (const [header, ok] of table) assertEquals(admission.tokenMatches(header), ok, `${header}`);
});
