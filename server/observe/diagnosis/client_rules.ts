// Rules about clients and what they make the server hold, about the process, and about the clock. What workers do with
// their requests is load_rules.ts's affair.

import { count, figure, percent, perSecond, type Rule, size } from "./rule.ts";

/** Beyond this share there is little left for the next minute. */
const NEARLY_ALL = 0.9;
/** A few wrong tokens are typing errors. */
const MANY_TOKENS = 10;
/** A clock that is kept right is set by far less than this. */
const JUMP_MS = 2000;

const BUGS: Rule = {
  name: "failures",
  speaks:
    "A request has failed in a way that nobody has thought of, or a shard was cleared: that must not happen once.",
  find: ({ grown: { errors }, store: { shardsCleared } }) => {
    if (errors === 0 && shardsCleared === 0) return null;
    return {
      level: "critical",
      problem: `${count(errors)} requests were answered 500, and ${
        count(shardsCleared)
      } shards were cleared.`,
      evidence: { errors, shardsCleared },
      advice: "Look into the server's log for the event `bug`, and report it.",
    };
  },
};

const PROCESS_MEMORY: Rule = {
  name: "process-memory",
  speaks:
    "The process held more memory than it was given, and all HTTP connections of a worker were closed for that.",
  find: ({ grown: { httpCuts } }) =>
    httpCuts === 0 ? null : {
      level: "critical",
      problem: `The process held more memory than it may: ${
        count(httpCuts)
      } times a worker has closed all its HTTP connections.`,
      evidence: { httpCuts },
      advice: "A client floods the server over HTTP: put a proxy in front, or use --resp-port.",
    },
};

const CONNECTIONS_FULL: Rule = {
  name: "connections-full",
  speaks:
    "Connections were refused, or nine tenths of --max-connections are open: the next wave finds no place.",
  find: ({ grown: { clientsRefused }, connections, options: { maxConnections } }) => {
    const share = connections / maxConnections;
    if (clientsRefused === 0 && share < NEARLY_ALL) return null;
    return {
      level: clientsRefused > 0 ? "critical" : "warning",
      problem: clientsRefused > 0
        ? `${count(clientsRefused)} connections were refused: ${
          count(connections)
        } are open, and ` +
          `there may be ${count(maxConnections)}.`
        : `${percent(share)} of all connections that there may be are open: ${
          count(connections)
        } of ${count(maxConnections)}.`,
      evidence: { connections, maxConnections, refused: clientsRefused },
      advice:
        "Let clients share connections (a pool), close idle ones with --idle-timeout, or raise " +
        "--max-connections.",
    };
  },
};

const BODY_MEMORY: Rule = {
  name: "body-memory",
  speaks:
    "Requests were refused for want of --body-memory or --max-in-flight, or nine tenths of that memory are taken.",
  find: (facts) => {
    const { grown: { overloads }, heldBytes, options: { bodyMemoryBytes } } = facts;
    const share = heldBytes / bodyMemoryBytes;
    if (overloads === 0 && share < NEARLY_ALL) return null;
    return {
      level: "warning",
      problem: `Clients hold ${size(heldBytes)} of the ${
        size(bodyMemoryBytes)
      } that they may hold together, and ${count(overloads)} requests were refused for that.`,
      evidence: { heldBytes, bodyMemoryBytes, overloads },
      advice:
        "Look at /stats/clients for who holds most (tot-mem); put a proxy in front of slow clients, or raise " +
        "--body-memory.",
    };
  },
};

const SLOW_CLIENTS: Rule = {
  name: "slow-clients",
  speaks: "A client was closed because it did not read its answers: once is worth a look at it.",
  find: (facts) => {
    const { grown: { clientsSlow } } = facts;
    if (clientsSlow === 0) return null;
    return {
      level: "warning",
      problem: `${count(clientsSlow)} clients were closed in ${
        count(facts.seconds)
      } s since they did not read what they had asked for.`,
      evidence: { clientsSlow },
      advice: "Look at these clients: one that is stopped, or asks for more than it can take.",
    };
  },
};

const WRONG_TOKENS: Rule = {
  name: "wrong-tokens",
  speaks: "Ten wrong tokens or more were given: more than typing errors.",
  find: (facts) => {
    const { grown: { failedTokens } } = facts;
    if (failedTokens < MANY_TOKENS) return null;
    return {
      level: "warning",
      problem: `Wrong tokens are given, ${perSecond(failedTokens, facts)}: ${
        count(failedTokens)
      } in all.`,
      evidence: { failedTokens },
      advice:
        "The server's log has an address (event `token`): correct that client, or keep it out.",
    };
  },
};

const CLOCK: Rule = {
  name: "clock",
  speaks:
    "The machine's clock was set by two seconds or more: deadlines come sooner or later by as much.",
  find: ({ clockJumpMs }) =>
    Math.abs(clockJumpMs) < JUMP_MS ? null : {
      level: "warning",
      problem: `The machine's clock was set ${clockJumpMs > 0 ? "forward" : "back"} by ${
        (Math.abs(clockJumpMs) / 1000).toFixed(1)
      } s: items expire ${clockJumpMs > 0 ? "sooner" : "later"} by that.`,
      evidence: { clockJumpMs: figure(clockJumpMs) },
      advice: "Let a time service keep the clock right in small steps.",
    },
};

/** The rules. */
export const CLIENT_RULES: readonly Rule[] = [
  BUGS,
  PROCESS_MEMORY,
  CONNECTIONS_FULL,
  BODY_MEMORY,
  SLOW_CLIENTS,
  WRONG_TOKENS,
  CLOCK,
];
