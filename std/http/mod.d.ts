/**
 * The signature of STATUS_CODE of jsr:@std/http for the statuses that the server answers.
 * The real package, which may replace this one at any time, has these and more.
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
