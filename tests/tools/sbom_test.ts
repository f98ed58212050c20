/**
 * Tests of the list of what a release consists of.
 */

import { assertEquals } from "@std/assert";
import { sbom } from "../../tools/sbom.ts";

const project = { name: "slabkv", version: "1.2.3", license: "MIT" };

Deno.test("sbom() lists the runtime, the packages of the module graph and what they depend on, with checksums", () => {
  const document = sbom({
    project,
    denoVersion: "2.9.6",
    modules: [
      { specifier: "file:///main.ts" },
      { specifier: "npm:/@a/b@1.0.0/x.js", npmPackage: "@a/b@1.0.0_c@2.0.0" },
      { specifier: "npm:/@a/b@1.0.0/y.js", npmPackage: "@a/b@1.0.0_c@2.0.0" },
      { specifier: "https://jsr.io/@std/cli/1.0.32/parse_args.ts" },
    ],
    lock: {
      npm: {
        "@a/b@1.0.0_c@2.0.0": { integrity: "sha512-AQI=", dependencies: ["e"] },
        "d@1.0.0": { integrity: "" },
        "e@3.0.0": { integrity: "sha512-AQM=", dependencies: ["f@4.0.0"] },
        "f@4.0.0": { integrity: "sha512-AQQ=", dependencies: ["e"] },
        "f@5.0.0": { integrity: "" },
      },
      jsr: { "@std/cli@1.0.32": { integrity: "ff" } },
    },
  });
  const components = document.components as Record<string, unknown>[];
  assertEquals(components.map(({ purl, hashes }) => [purl, hashes]), [
    ["pkg:github/denoland/deno@v2.9.6", undefined],
    ["pkg:npm/%40a/b@1.0.0", [{ alg: "SHA-512", content: "0102" }]],
    ["pkg:npm/e@3.0.0", [{ alg: "SHA-512", content: "0103" }]],
    ["pkg:npm/f@4.0.0", [{ alg: "SHA-512", content: "0104" }]],
    ["pkg:npm/%40jsr/std__cli@1.0.32", [{ alg: "SHA-256", content: "ff" }]],
  ]);
  assertEquals(document.dependencies, [{
    ref: "pkg:generic/slabkv@1.2.3",
    dependsOn: components.map(({ purl }) => purl),
  }]);
});
