// GET /ws: turns a request into a WebSocket, or says why not. Who may ask has been decided by the
// handler; what is said over the socket is websocket_client.ts's affair.

import { error, overloaded } from "./answers.ts";
import type { RouteHandler } from "./context.ts";

/** The protocol that a client may offer; needed only to send a token beside it. */
const PROTOCOL = "slabkv";
/** Before the token in base64url, as a protocol. */
const TOKEN_PREFIX = "slabkv.token.";
/** Seconds without a message after which a client is asked whether it lives. */
const IDLE_SECONDS = 30;

/** Whether the path of `url` from `path` is that of WebSockets. */
export function isSocketPath(url: string, path: number): boolean {
  return url.startsWith("/ws", path) && (url.length === path + 3 || /[?#]/.test(url[path + 3]!));
}

/** The Authorization header that a list of offered protocols stands for, or null. */
export function tokenOfProtocols(protocols: string | null): string | null {
  const found = protocols?.split(",").map((name) => name.trim()).find((name) =>
    name.startsWith(TOKEN_PREFIX)
  );
  if (found === undefined) return null;
  try {
    const text = atob(found.slice(TOKEN_PREFIX.length).replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
    return `Bearer ${new TextDecoder().decode(bytes)}`;
  } catch {
    return null;
  }
}

/** GET /ws */
export const websocketRoute: RouteHandler = (context, request, _url, query) => {
  const { config, sockets } = context;
  if (!config.websocket) return error(404, "WebSocket is off. Start slabkv with --websocket.");
  if (query >= 0) return error(400, "This route takes no query string.");
  const { headers } = request;
  if (headers.get("upgrade")?.toLowerCase() !== "websocket") {
    return error(426, "This path speaks WebSocket. Ask with a WebSocket client.", {
      upgrade: "websocket",
    });
  }
  if (sockets.isFull(config.maxConnections)) {
    return overloaded("Too many WebSockets are open. Try again in a moment.");
  }
  const offered = headers.get("sec-websocket-protocol")?.split(",").map((name) => name.trim());
  const protocol = offered?.includes(PROTOCOL) ? { protocol: PROTOCOL } : {};
  // Once it is upgraded, the request does not know any more.
  context.access.current = context.access.addressOf(request);
  try {
    const { socket, response } = Deno.upgradeWebSocket(request, {
      idleTimeout: IDLE_SECONDS,
      ...protocol,
    });
    sockets.add(socket, context);
    return response;
  } catch {
    return error(400, "Request is no valid WebSocket handshake. Ask with a WebSocket client.");
  }
};
