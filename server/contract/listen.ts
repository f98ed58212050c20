// An address to listen on, with its protocol and certificate. Main plans it and hands it to the
// workers. Opens nothing.

/** A certificate and its key, in PEM. */
export interface Credentials {
  readonly cert: string;
  readonly key: string;
}

/** The same place with other credentials; as it is where it has none. */
export function withCredentials(listen: Listen, credentials: Credentials): Listen {
  return listen.cert === undefined ? listen : { ...listen, ...credentials };
}

/** Where to listen. */
export interface Listen {
  /** The protocol; HTTP unless set. */
  readonly protocol?: "resp" | "text" | "memcache";
  readonly hostname: string;
  readonly port: number;
  /** Path of a Unix socket. If it is set, the two fields above mean nothing. */
  readonly unixPath?: string;
  /** Permissions of that socket; what the umask leaves unless set. */
  readonly unixMode?: number;
  /** Certificate and key in PEM, for TLS. */
  readonly cert?: string;
  readonly key?: string;
}
