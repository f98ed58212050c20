// Clients of the Redis protocol of which one knows on which worker each is: connections go where the system puts
// them, so some are opened and closed again.

import { Talker } from "./blocking/conversation.ts";
import { type TestServer, until } from "./server.ts";

/** The port of a server for clients of the Redis protocol. */
export function portOf(server: TestServer): number {
  const addresses = server.event("start")!.addresses as string[];
  return Number(/\d+$/.exec(addresses.find((each) => each.startsWith("redis:"))!)![0]);
}

/** Opens connections until there are `each` of every worker; the workers take turns in what is returned. */
export async function spread(server: TestServer, workers: number, each: number): Promise<Talker[]> {
  const found = Array.from({ length: workers }, (): Talker[] => []);
  const clients = async () => (await server.stats()).workers.map((worker) => figure(worker));
  const figure = (worker: object) => (worker as { respClients: number }).respClients;
  while (found.some((some) => some.length < each)) {
    const before = await clients();
    const talker = await Talker.open(portOf(server));
    await talker.say("PING");
    const after = await clients();
    const worker = after.findIndex((count, i) => count > before[i]!);
    if (found[worker]!.length < each) found[worker]!.push(talker);
    else talker.close();
    if (found[worker]!.length < each) continue;
    await until("it is gone", async () => {
      const sum = (await clients()).reduce((total, count) => total + count, 0);
      return sum === found.flat().length;
    });
  }
  return Array.from({ length: each }, (_, i) => found.map((some) => some[i]!)).flat();
}
