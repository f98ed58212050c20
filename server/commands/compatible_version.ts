// The version of the Redis protocol's server that clients may take this one for. Client libraries
// choose commands and options by it.

/** What HELLO and INFO say. */
export const COMPATIBLE_VERSION = "7.4.0";
