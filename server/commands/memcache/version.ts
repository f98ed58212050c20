// The version of memcached whose commands this server follows. Client libraries choose commands by it, as Redis's clients do
// by that of compatible_version.ts.

/** The version that `version` and `stats` show. */
export const MEMCACHED_VERSION = "1.6.18";
