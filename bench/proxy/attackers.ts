/// <reference lib="deno.worker" />
/**
 * Clients that send their headers slowly, from several addresses of this machine: each sends a byte now and then and comes
 * again when it is cut off. A worker of run.ts.
 */

import net from "node:net";

/** Whom to attack. */
export interface AttackOrders {
  readonly port: number;
  readonly attackers: number;
}

/** How the attackers stand. */
export interface AttackState {
  readonly open: number;
  /** How often one was cut off. */
  readonly cuts: number;
}

/** One address may have 256 connections. */
const ADDRESSES = 10;
/** A client sends a byte of its headers so often. */
const DRIP_MS = 500;
/** So many take turns. */
const GROUPS = 25;

const sockets = new Set<net.Socket>();
let cuts = 0;

function connect(port: number, localAddress: string): void {
  const socket = net.connect({ host: "127.0.0.1", port, localAddress });
  socket.on("connect", () => {
    sockets.add(socket);
    socket.write("GET /get?key=k HTTP/1.1\r\nhost: localhost\r\nx: ");
  });
  socket.on("error", () => {});
  socket.resume();
  socket.on("close", () => {
    sockets.delete(socket);
    cuts++;
    connect(port, localAddress);
  });
}

/** Has a part of them send a byte each. */
function drip(group: number): void {
  let i = 0;
  for (const socket of sockets) if (i++ % GROUPS === group) socket.write("y");
}

self.onmessage = ({ data }: MessageEvent<AttackOrders | "state">) => {
  if (data === "state") return self.postMessage({ open: sockets.size, cuts });
  for (let i = 0; i < data.attackers; i++) connect(data.port, `127.0.0.${2 + i % ADDRESSES}`);
  let turn = 0;
  setInterval(() => drip(turn++ % GROUPS), DRIP_MS / GROUPS);
};
