// The W3C trace context of a request: https://www.w3.org/TR/trace-context/#traceparent-header. It is only
// passed on to the log, so that a slow request can be found in what a tracer shows. Knows no request.

const FORM = /^(?!ff)([0-9a-f]{2})-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;
/** Length of version, trace, parent and flags; what comes behind them belongs to later versions. */
const KNOWN_CHARS = 55;

/** The header's value where it is a valid one, without what later versions have added; else null. */
export function validTraceparent(header: string | null): string | null {
  if (header === null) return null;
  const found = FORM.exec(header);
  if (found === null || found[1] === "00" && header.length > KNOWN_CHARS) return null;
  return header.slice(0, KNOWN_CHARS);
}
