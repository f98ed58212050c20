/**
 * What the process that measures and the process that attacks tell each other. Knows neither of them.
 */

/** Where a server listens, all on 127.0.0.1; 0 for a port that it has not. */
export interface Ports {
  readonly http: number;
  readonly resp: number;
  readonly text: number;
}

/** What an attacking process is told on its command line, as JSON. */
export interface Orders {
  readonly name: string;
  readonly ports: Ports;
  readonly isSmall: boolean;
}

/** What an attacking process says of itself, a line of JSON each time. */
export interface Dispatch {
  /** "ready" once what it needs is stored; then "attacking" again and again. */
  readonly state: "ready" | "attacking";
  /** Connections that are open. */
  readonly open: number;
  /** All that were opened since it attacks. */
  readonly opened: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** How the first answer begins, to see that the attack is what it is meant to be. */
  readonly firstAnswer: string;
  /** What the attack itself found wrong with the server. */
  readonly complaints: readonly string[];
}
