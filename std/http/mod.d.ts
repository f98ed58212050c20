/**
 * The signatures of jsr:@std/http, as far as the server uses them: STATUS_CODE for the statuses that it answers,
 * negotiation, ETags, and server-sent events. The real package, which may replace this one at any time, has these and more.
 */

/** HTTP status codes by name. */
export const STATUS_CODE: {
  readonly SwitchingProtocols: 101;
  readonly OK: 200;
  readonly NoContent: 204;
  readonly BadRequest: 400;
  readonly Unauthorized: 401;
  readonly Forbidden: 403;
  readonly NotFound: 404;
  readonly MethodNotAllowed: 405;
  readonly RequestTimeout: 408;
  readonly Conflict: 409;
  readonly ContentTooLarge: 413;
  readonly InternalServerError: 500;
  readonly ServiceUnavailable: 503;
};

/** The one of `types` that a request likes best by its Accept header; undefined: none. */
export function accepts(request: Pick<Request, "headers">, ...types: string[]): string | undefined;

/** The one of `encodings` that a request likes best by its Accept-Encoding header; undefined: none. */
export function acceptsEncodings(
  request: Pick<Request, "headers">,
  ...encodings: string[]
): string | undefined;

/** The entity tag of a text or of bytes, quotes included. */
export function eTag(entity: string | Uint8Array): Promise<string | undefined>;

/** Whether what has the tag `etag` is to be sent, by a request's If-None-Match header. */
export function ifNoneMatch(value: string | null, etag: string | undefined): boolean;

/** One server-sent event. */
export interface ServerSentEventMessage {
  /** Ignored by the client. */
  comment?: string;
  /** Name of the event. */
  event?: string;
  /** What the event says. */
  data?: string;
  /** Number of the event. */
  id?: string | number;
  /** Milliseconds after which the client is to connect again. */
  retry?: number;
}

/** Makes server-sent events of messages. */
export class ServerSentEventStream extends TransformStream<ServerSentEventMessage, Uint8Array> {
  constructor();
}
