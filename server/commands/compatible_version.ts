// The version of Redis whose commands this server follows. Client libraries choose commands and
// options by it.

/** The version that HELLO and INFO show. */
export const COMPATIBLE_VERSION = "7.4.0";
