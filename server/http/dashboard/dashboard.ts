// Serves the dashboard: one page that is part of the program, with what a browser may do with it. The page is the same for
// everybody and holds no data, so it is open; what it shows it asks for with the visitor's token. Knows nothing of what is in
// it but where its scripts and styles begin.

import { accepts, acceptsEncodings, eTag, ifNoneMatch } from "@std/http";
import type { Config } from "../../config/config.ts";
import { SharedFacts } from "../../observe/shared_facts.ts";
import { withShort } from "./short_headers.ts";
import page from "./page.html" with { type: "text" };

const HTML = "text/html";
const MODE = 'data-mode="on"';
/** What is between the tags of inline scripts and styles: these alone may run and apply, by their hashes. */
const SCRIPTS = /<script(?:\s[^>]*)?>([\s\S]*?)<\/script>/g;
const STYLES = /<style(?:\s[^>]*)?>([\s\S]*?)<\/style>/g;

const encoder = new TextEncoder();

/** The page as it is sent. */
interface Served {
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly zipped: Uint8Array<ArrayBuffer>;
  readonly tag: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The page of one worker's listeners. */
export class Dashboard {
  readonly #mode: Config["dashboard"];
  /** Made when it is asked for first, and never old. */
  readonly #served: SharedFacts<Served>;

  constructor(
    { dashboard, token, allowAdmin }: Pick<Config, "dashboard" | "token" | "allowAdmin">,
  ) {
    this.#mode = dashboard;
    // What it could not do all the same it does not offer; see own_page.ts.
    const mayAdminister = dashboard === "on" && (token !== undefined || allowAdmin);
    const mode = mayAdminister ? "admin" : dashboard;
    const make = () => serve(page.replace(MODE, `data-mode="${mode}"`));
    this.#served = new SharedFacts(make, Infinity, () => 0);
  }

  /** Whether a request for / wants the page, by its Accept header, and there is one. */
  isWanted(request: Pick<Request, "headers">): boolean {
    return this.#mode !== "off" &&
      accepts(withShort(request, "accept"), "application/json", HTML) === HTML;
  }

  /** The page, or 304 to who has it. */
  async answer(request: Pick<Request, "headers">): Promise<Response> {
    const { plain, zipped, tag, headers } = await this.#served.get();
    const encodings = withShort(request, "accept-encoding");
    // Who names no encoding takes any, by RFC 9110; but programs that know none name none.
    const isZipped = encodings.headers.has("accept-encoding") &&
      acceptsEncodings(encodings, "gzip", "identity") === "gzip";
    const etag = isZipped ? `${tag.slice(0, -1)}-gzip"` : tag;
    const known = withShort(request, "if-none-match").headers.get("if-none-match");
    if (!ifNoneMatch(known, etag)) {
      return new Response(null, { status: 304, headers: { ...headers, etag } });
    }
    const body = isZipped ? zipped : plain;
    const length = { "content-length": String(body.length) };
    const encoding: Record<string, string> = isZipped ? { "content-encoding": "gzip" } : {};
    return new Response(body, { headers: { ...headers, ...length, ...encoding, etag } });
  }
}

async function serve(text: string): Promise<Served> {
  const plain = encoder.encode(text);
  const zipped = new Blob([plain]).stream().pipeThrough(new CompressionStream("gzip"));
  return {
    plain,
    zipped: await new Response(zipped).bytes(),
    tag: (await eTag(plain))!,
    headers: {
      "content-type": `${HTML}; charset=utf-8`,
      // It may be kept, but not be shown before it is known to be the same.
      "cache-control": "no-cache, no-transform",
      "content-security-policy": await policyFor(text),
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      vary: "accept, accept-encoding",
    },
  };
}

/** What the page may do: run its own scripts, apply its own styles, ask this server, and nothing else. */
async function policyFor(text: string): Promise<string> {
  return [
    "default-src 'none'",
    `script-src ${await hashesOf(text, SCRIPTS)}`,
    `style-src ${await hashesOf(text, STYLES)}`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    // No text becomes HTML or a script by any function of the browser.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

async function hashesOf(text: string, pattern: RegExp): Promise<string> {
  const hashes = [...text.matchAll(pattern)].map(async ([, content]) => {
    const digest = await crypto.subtle.digest("SHA-256", encoder.encode(content));
    return `'sha256-${new Uint8Array(digest).toBase64()}'`;
  });
  return (await Promise.all(hashes)).join(" ") || "'none'";
}
