// The server as the commands of one worker see it: what it knows itself, and what it has to ask
// main for. Grows with the commands that need it; implements server_facade.ts.

import type { Config } from "./config.ts";
import type {
  ClientFacts,
  ClientFilter,
  CommandStat,
  ServerFacade,
  SlowEntry,
} from "./server_facade.ts";
import type { Session } from "./session.ts";

/** One worker's view of the server. */
export class LocalServer implements ServerFacade {
  readonly config: Config;
  readonly startedMs: number;
  readonly commandStats = new Map<string, CommandStat>();

  constructor(config: Config, startedMs: number) {
    this.config = config;
    this.startedMs = startedMs;
  }

  info(): Promise<Readonly<Record<string, Readonly<Record<string, string | number>>>>> {
    return Promise.resolve({});
  }

  clients(): Promise<readonly ClientFacts[]> {
    return Promise.resolve([]);
  }

  killClients(_filter: ClientFilter): Promise<number> {
    return Promise.resolve(0);
  }

  options(): Readonly<Record<string, string>> {
    return {};
  }

  setOption(_name: string, _value: string): Promise<string | null> {
    return Promise.resolve("Unknown option");
  }

  resetStats(): Promise<void> {
    return Promise.resolve();
  }

  noteCommand(_session: Session, _name: string, _tookUs: number, _words: () => string[]): void {}

  slowLog(): readonly SlowEntry[] {
    return [];
  }

  clearSlowLog(): void {}

  shutdown(): void {}
}
