// The npm packages socket.io and @socket.io/redis-adapter against the running server, unchanged: two servers of
// socket.io that reach each other's clients by pub/sub, over either client of Redis.

import { assertEquals } from "@std/assert";
import { createAdapter } from "@socket.io/redis-adapter";
import { createServer } from "node:http";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { Server } from "socket.io";
import { io, type Socket } from "socket.io-client";
import { until } from "../wire/server.ts";
import { startResp } from "./fixture.ts";

/** Two clients of one library, one to publish and one to subscribe, and how to end them. */
interface Pair {
  readonly clients: readonly [unknown, unknown];
  end(): Promise<unknown>;
}

const PAIRS: Readonly<Record<string, (port: number) => Promise<Pair>>> = {
  ioredis: (port) => {
    const clients = [0, 1].map(() => new Redis({ host: "127.0.0.1", port }));
    const end = () => Promise.all(clients.map((client) => client.quit()));
    return Promise.resolve({ clients: [clients[0], clients[1]], end });
  },
  "node-redis": async (port) => {
    const clients = [0, 1].map(() => createClient({ url: `redis://127.0.0.1:${port}` }));
    await Promise.all(clients.map((client) => client.connect()));
    const end = () => Promise.all(clients.map((client) => client.close()));
    return { clients: [clients[0], clients[1]], end };
  },
};

/** A server of socket.io whose clients join the room that they name. */
async function startNode(pair: Pair): Promise<{ node: Server; port: number }> {
  const http = createServer();
  const node = new Server(http, { adapter: createAdapter(...pair.clients) });
  node.on("connection", (socket) => {
    socket.on("join", async (room: string, joined: () => void) => {
      await socket.join(room);
      joined();
    });
    socket.on("question", (text: string, answer: (text: string) => void) => answer(`${text}!`));
  });
  await new Promise<void>((listening) => http.listen(0, "127.0.0.1", listening));
  return { node, port: (http.address() as { port: number }).port };
}

/** The next of these events at a client. */
function next(socket: Socket, event: string): Promise<unknown> {
  return new Promise((resolve) => socket.once(event, resolve));
}

async function connect(port: number, room: string): Promise<Socket> {
  const socket = io(`http://127.0.0.1:${port}`, { transports: ["websocket"], reconnection: false });
  await next(socket, "connect");
  await socket.emitWithAck("join", room);
  return socket;
}

for (const [library, openPair] of Object.entries(PAIRS)) {
  Deno.test(`socket.io's servers reach each other's clients over ${library}`, async () => {
    const [server, port] = await startResp();
    await using _server = server;
    const pairs = [await openPair(port), await openPair(port)];
    const nodes = await Promise.all(pairs.map(startNode));
    const [one, two] = nodes.map(({ node }) => node) as [Server, Server];
    const sockets: Socket[] = [];
    try {
      for (const room of ["red", "blue"]) {
        for (const { port } of nodes) sockets.push(await connect(port, room));
      }
      const [red1, red2, blue1, blue2] = sockets as [Socket, Socket, Socket, Socket];
      for (const node of [one, two]) {
        const count = async () => (await node.fetchSockets()).length;
        await until("the servers have found each other", async () => await count() === 4);
      }
      assertEquals((await two.in("red").fetchSockets()).length, 2);
      const all = Promise.all(sockets.map((socket) => next(socket, "all")));
      one.emit("all", { bytes: new Uint8Array([1, 2]), text: "é" });
      assertEquals((await all).length, 4);
      const wrong: unknown[] = [];
      for (const blue of [blue1, blue2]) blue.on("reds", (text) => wrong.push(text));
      const reds = Promise.all([next(red1, "reds"), next(red2, "reds")]);
      two.to("red").emit("reds", "only you");
      assertEquals(await reds, ["only you", "only you"]);
      for (const socket of [blue1, blue2]) socket.on("ask", (answer) => answer(socket.id));
      const answers = await one.to("blue").timeout(5000).emitWithAck("ask") as string[];
      assertEquals(answers.sort(), [blue1.id!, blue2.id!].sort());
      one.in("blue").socketsJoin("red");
      const inRed = async () => (await two.in("red").fetchSockets()).length;
      await until("all have joined", async () => await inRed() === 4);
      const told = new Promise((resolve) => two.on("between", resolve));
      one.serverSideEmit("between", "servers");
      assertEquals(await told, "servers");
      assertEquals(wrong, []);
    } finally {
      for (const socket of sockets) socket.close();
      await Promise.all([one.close(), two.close()]);
      await Promise.all(pairs.map((pair) => pair.end()));
    }
  });
}
