// An address to listen on, as main plans it and hands it to the workers: what is spoken there, and
// with which certificate. Opens nothing.

/** Where to listen. */
export interface Listen {
  /** What is spoken there; HTTP unless set. */
  readonly protocol?: "resp" | "text";
  readonly hostname: string;
  readonly port: number;
  /** Set for a Unix socket; the two above then mean nothing. */
  readonly unixPath?: string;
  /** Certificate and key in PEM, for TLS. */
  readonly cert?: string;
  readonly key?: string;
}
