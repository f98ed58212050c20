// What the dashboard may do, and who may not pass for it: administration from this server's own page, nothing at all under
// --dashboard read, and nothing from pages of other sites, whatever they call themselves.

import { conversation as talk, errorBody, type Exchange, PUT_OK } from "./conversation.ts";

/** Who may ask is decided by each worker for itself. */
function conversation(name: string, table: readonly Exchange[], args: readonly string[] = []) {
  talk(name, table, args, [1]);
}

const LEN = '["SLOWLOG","LEN"]';
/** On a busy machine any command may be slow. */
const ALLOWED = /^200 \{"result":\d+\}$/;
const NO_ADMIN = '400 {"error":"NOPERM administration over HTTP needs --admin or --token, ' +
  'and never comes from a browser but the dashboard"}';
const NO_ORIGIN = /^403 \{"error":"ERR Origin is not allowed/;
const AGENT = "user-agent: Mozilla/5.0 (X11; Linux x86_64)";

/** A command from a page at `origin`, sent to `host`, with other headers if wanted. */
function fromPage(origin: string, host: string, command: string, ...headers: string[]): string {
  const lines = [`host: ${host}`, `origin: ${origin}`, AGENT, ...headers].join("\n");
  return `POST /\n${lines}\n\n${command}`;
}

const BEARER = "authorization: Bearer s3cret";
const OWN = ["http://localhost:7171", "localhost:7171"] as const;

conversation("the dashboard administers with the token, and no other page does", [
  [fromPage(...OWN, LEN, BEARER), ALLOWED],
  [fromPage(...OWN, LEN, BEARER, "sec-fetch-site: same-origin"), ALLOWED],
  [fromPage("http://cache.example", "cache.example", LEN, BEARER), /^403 .*Host is not allowed/],
  [fromPage(...OWN, '["CLIENT","KILL","ID","987654"]', BEARER), ALLOWED],
  [fromPage(...OWN, LEN), /^401 /],
  [fromPage(...OWN, LEN, "authorization: Bearer wrong"), /^401 /],
  [fromPage(...OWN, LEN, BEARER, "sec-fetch-site: cross-site"), NO_ADMIN],
  [fromPage(...OWN, LEN, BEARER, "sec-fetch-site: same-site"), NO_ADMIN],
  [fromPage(...OWN, LEN, BEARER, "sec-fetch-site: none"), NO_ADMIN],
  [fromPage("http://localhost:7172", OWN[1], LEN, BEARER), NO_ORIGIN],
  [fromPage("http://localhost", OWN[1], LEN, BEARER), NO_ORIGIN],
  [fromPage("https://localhost:7171", OWN[1], LEN, BEARER), NO_ORIGIN],
  [fromPage("http://localhost:7171.evil.example", OWN[1], LEN, BEARER), NO_ORIGIN],
  [fromPage("http://evil.example", OWN[1], LEN, BEARER), NO_ORIGIN],
  [fromPage("null", OWN[1], LEN, BEARER), NO_ORIGIN],
  [fromPage("http://app.example", OWN[1], LEN, BEARER), NO_ADMIN],
  // A browser that names no origin sends no form and no fetch() of a page's with POST.
  [`POST /\n${AGENT}\n${BEARER}\n\n${LEN}`, NO_ADMIN],
  [`GET /slowlog/len\n${AGENT}\n${BEARER}`, NO_ADMIN],
  [
    `POST /snapshot\nhost: ${OWN[1]}\norigin: ${OWN[0]}\n${AGENT}\n${BEARER}`,
    /^409 .*Nothing is kept on disk/,
  ],
  [`GET /export\n${AGENT}\n${BEARER}`, /^403 .*but the dashboard/],
], ["--token", "s3cret", "--allow-origin", "http://app.example"]);

conversation("the dashboard administers with --admin, at an address or a name of this machine", [
  [fromPage(...OWN, LEN), ALLOWED],
  [fromPage("http://127.0.0.1:7171", "127.0.0.1:7171", LEN), ALLOWED],
  [fromPage("http://[::1]:7171", "[::1]:7171", LEN), ALLOWED],
  [fromPage("http://app.localhost", "app.localhost", LEN), ALLOWED],
  [fromPage("http://evil.example", OWN[1], LEN), NO_ORIGIN],
], ["--admin"]);

conversation("no other site has its name lead to a server with --admin and administers it", [
  [fromPage("http://evil.example:7171", "evil.example:7171", LEN), NO_ADMIN],
  [fromPage("http://evil.example", "evil.example", '["CONFIG","GET","*"]'), NO_ADMIN],
  [fromPage("http://10.0.0.1.evil.example", "10.0.0.1.evil.example", LEN), NO_ADMIN],
  [fromPage("http://127.0.0.1:7171", "127.0.0.1:7171", LEN), ALLOWED],
  [fromPage("http://10.1.2.3", "10.1.2.3", LEN), ALLOWED],
], ["--admin", "--host", "0.0.0.0", "--allow-remote"]);

conversation("the names of --allow-host are trusted, and others never come in", [
  [fromPage("http://cache.example", "cache.example", LEN), ALLOWED],
  [fromPage("http://evil.example", "evil.example", LEN), /^403 .*Host is not allowed/],
], ["--admin", "--host", "0.0.0.0", "--allow-remote", "--allow-host", "cache.example"]);

conversation("the dashboard administers behind a proxy that ends TLS, if its origin is allowed", [
  [fromPage("https://cache.example", "cache.example", LEN, BEARER), ALLOWED],
  [fromPage("https://other.example", "cache.example", LEN, BEARER), NO_ADMIN],
], [
  ...["--token", "s3cret", "--allow-host", "cache.example"],
  ...["--allow-origin", "https://cache.example,https://other.example"],
]);

conversation("the dashboard administers nothing without token and --admin", [
  [fromPage(...OWN, LEN), NO_ADMIN],
  [fromPage(...OWN, '["SET","k","v"]'), '200 {"result":"OK"}'],
]);

const SCRIPT = `"return redis.call('SLOWLOG','LEN')","0"`;
const NO_ADMIN_SCRIPT = /^400 \{"error":"NOPERM administration over HTTP needs --admin or --token/;

conversation("no script administers for who may not", [
  [`POST / ["EVAL",${SCRIPT}]`, NO_ADMIN_SCRIPT],
  [`POST / ["EVAL_RO",${SCRIPT}]`, NO_ADMIN_SCRIPT],
  [`POST /multi-exec [["EVAL",${SCRIPT}]]`, /NOPERM administration over HTTP/],
  [
    `POST / ["EVAL","return redis.pcall('PFDEBUG','ENCODING','k').err","0"]`,
    /NOPERM administration/,
  ],
]);

conversation("scripts administer for who may", [
  [`POST / ["EVAL",${SCRIPT}]`, ALLOWED],
  [fromPage(...OWN, `["EVAL",${SCRIPT}]`), ALLOWED],
], ["--admin"]);

conversation("no script administers for a page under --dashboard read", [
  [fromPage(...OWN, `["EVAL_RO",${SCRIPT}]`), NO_ADMIN_SCRIPT],
], ["--admin", "--dashboard", "read"]);

conversation("without a dashboard no page administers", [
  [fromPage(...OWN, LEN), NO_ADMIN],
], ["--admin", "--dashboard", "off"]);

const READ_ONLY =
  '{"error":"NOPERM the dashboard may change nothing, slabkv runs with --dashboard read"}';
const PAGE_REFUSED = "403 " +
  errorBody("The dashboard may change nothing. Start slabkv without --dashboard read.");
const PAGE_LINES = `host: ${OWN[1]}\norigin: ${OWN[0]}\n${AGENT}`;
/** Commands that a page may not send under --dashboard read, and those that it may. */
const CHANGES = [
  '["SET","k","v"]',
  '["DEL","k"]',
  '["PUBLISH","c","m"]',
  '["EVAL","return 1","0"]',
  '["FUNCTION","FLUSH"]',
  '["SCRIPT","FLUSH"]',
  '["SLOWLOG","LEN"]',
  '["CLIENT","KILL","ID","1"]',
  '["SHUTDOWN"]',
  '["FLUSHALL"]',
  '["GETEX","k","EX","1"]',
];
const READS: readonly Exchange[] = [
  [fromPage(...OWN, '["GET","k"]'), '200 {"result":"v"}'],
  [fromPage(...OWN, '["TTL","k"]'), '200 {"result":-1}'],
  [fromPage(...OWN, '["TYPE","k"]'), '200 {"result":"string"}'],
  [fromPage(...OWN, '["PING"]'), '200 {"result":"PONG"}'],
  [fromPage(...OWN, '["DBSIZE"]'), '200 {"result":1}'],
  [fromPage(...OWN, '["SCAN","0"]'), /^200 .*\["k"\]/],
  [fromPage(...OWN, '["INFO","server"]'), /^200 /],
];

conversation("--dashboard read lets no page of this server change anything", [
  ['POST /put {"key":"k","value":"v"}', PUT_OK],
  ...CHANGES.map((command): Exchange => [fromPage(...OWN, command), `400 ${READ_ONLY}`]),
  ...READS,
  [
    `POST /pipeline\n${PAGE_LINES}\n\n[["GET","k"],["SET","k","w"],["GET","k"]]`,
    `200 [{"result":"v"},${READ_ONLY},{"result":"v"}]`,
  ],
  [`POST /multi-exec\n${PAGE_LINES}\n\n[["SET","k","w"]]`, /^400 .*EXECABORT .*may change nothing/],
  [`POST /multi-exec\n${PAGE_LINES}\n\n[["GET","k"]]`, '200 [{"result":"v"}]'],
  [`POST /set/k\n${PAGE_LINES}\n\nw`, `400 ${READ_ONLY}`],
  [`POST /put\n${PAGE_LINES}\n\n{"key":"k","value":"w"}`, PAGE_REFUSED],
  [`POST /put?key=k\n${PAGE_LINES}\n\n{"key":"k","value":"w"}`, PAGE_REFUSED],
  [`POST /mput\n${PAGE_LINES}\n\n{"items":[{"key":"k","value":"w"}]}`, PAGE_REFUSED],
  [`POST /incr\n${PAGE_LINES}\n\n{"key":"n"}`, PAGE_REFUSED],
  [`DELETE /delete?key=k\n${PAGE_LINES}`, PAGE_REFUSED],
  [`PUT /store/k\n${PAGE_LINES}\n\nw`, PAGE_REFUSED],
  [`DELETE /store/k\n${PAGE_LINES}`, PAGE_REFUSED],
  [`POST /snapshot\n${PAGE_LINES}`, PAGE_REFUSED],
  [`POST /import\n${PAGE_LINES}\n\n`, PAGE_REFUSED],
  [`GET /ws\n${PAGE_LINES}`, PAGE_REFUSED],
  [`POST /mget\n${PAGE_LINES}\n\n{"keys":["k"]}`, /^200 .*"value":"v"/],
  ["GET /get/k", "200 v"],
  ['POST / ["SET","k","x"]', '200 {"result":"OK"}'],
], ["--dashboard", "read", "--admin", "--websocket"]);

conversation("--dashboard read holds for what comes by GET with the token, too", [
  [`GET /set/k/v\n${AGENT}\n${BEARER}`, `400 ${READ_ONLY}`],
  [`GET /set/k/v\nsec-fetch-site: same-origin\n${BEARER}`, `400 ${READ_ONLY}`],
  [`GET /slowlog/len\n${AGENT}\n${BEARER}`, `400 ${READ_ONLY}`],
  [`GET /exists/k\n${AGENT}\n${BEARER}`, ALLOWED],
  [`GET /set/k/v\n${BEARER}`, '200 {"result":"OK"}'],
  [fromPage("http://app.example", OWN[1], '["SET","k","w"]', BEARER), '200 {"result":"OK"}'],
  [fromPage("https://localhost:7171", OWN[1], '["SET","k","w"]', BEARER), `400 ${READ_ONLY}`],
], [
  ...["--dashboard", "read", "--token", "s3cret"],
  ...["--allow-origin", "http://app.example,https://localhost:7171"],
]);
