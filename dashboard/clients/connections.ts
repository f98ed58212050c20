// The connections of the raw protocols as CLIENT LIST has them, with a button each that ends one, where the server lets the
// page do so.

import type { ClientFacts } from "../../server/observe/facts/answers.ts";
import { button, byId, card, make, scrolling, setText } from "../dom/elements.ts";
import { bytes, duration, plural } from "../dom/format.ts";
import { type Column, KeyedTable } from "../dom/table.ts";
import { visibleText } from "../dom/escapes.ts";
import { visible } from "../dom/visible.ts";
import type { Page } from "../state/page.ts";
import { ServerError } from "../state/server.ts";

type Client = ClientFacts["clients"][number];

const EVERY_MS = 2000;

const idOf = (client: Client): string => client["id"] ?? client["addr"] ?? "";

function nameColumn(title: string, field: string): Column<Client> {
  const text = (client: Client) => client[field] ?? "";
  return { title, kind: "name", text, node: (client) => visible(text(client), 60) };
}

/** How many of how many are shown; null: too many to be listed. */
function countText(shown: number, total: number | null): string {
  if (total === null) return "too many to list";
  const all = `${plural(total, "connection")} of Redis, text and memcache clients`;
  return total > shown ? `the first ${shown} of ${all}` : all;
}

/** Shows the connections. */
export function showConnections(page: Page): void {
  const { server, speech, views } = page;
  const about = make("span", { class: "quiet" });
  let again = () => {};
  const kill = async (client: Client) => {
    const who = visibleText(`${client["addr"] ?? ""} ${client["name"] ?? ""}`.trim());
    if (!await speech.ask("End this connection?", who, "End it")) return;
    try {
      const ended = await server.command(["CLIENT", "KILL", "ID", idOf(client)]);
      speech.say(ended === 0 ? "It was gone already." : "The connection is ended.");
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      speech.say(visibleText(error.message));
    }
    again();
  };
  const columns: Column<Client>[] = [
    nameColumn("Address", "addr"),
    nameColumn("Name", "name"),
    nameColumn("Library", "lib-name"),
    nameColumn("Last command", "cmd"),
    { title: "Database", kind: "number", text: (client) => client["db"] ?? "" },
    { title: "Age", kind: "number", text: (client) => duration(Number(client["age"])) },
    { title: "Idle", kind: "number", text: (client) => duration(Number(client["idle"])) },
    { title: "Memory", kind: "number", text: (client) => bytes(Number(client["tot-mem"])) },
  ];
  if (page.mayAdminister) {
    columns.push({
      title: "End",
      text: idOf,
      node: (client) =>
        button("End", () => kill(client), {
          class: "small danger",
          "aria-label": `End the connection of ${visibleText(client["addr"] ?? idOf(client))}`,
        }),
    });
  }
  const table = new KeyedTable<Client>("Connections", columns, idOf, "Nobody is connected.");
  byId("clients").append(card("Connections", [about], scrolling("Connections", table.element)));
  again = views.repeat("server", EVERY_MS, async () => {
    const { clients, total } = await server.read<ClientFacts>("/stats/clients");
    setText(about, countText(clients.length, total));
    table.show(clients);
  });
}
