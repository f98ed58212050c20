// Python's libraries against the running server, unchanged: the programs of python/ run where there is a python3 with
// their packages. Where there is none, as where no Python is, they are skipped.

import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { startResp } from "./fixture.ts";

/** Longest time that a program may take, in milliseconds. */
const PATIENCE_MS = 60_000;

/** A program, what it is asked to try, the modules that it needs, and the protocol that it speaks. */
interface Program {
  readonly file: string;
  readonly library: string;
  readonly modules: readonly string[];
  readonly protocol?: "memcached";
}

const PROGRAMS: readonly Program[] = [
  { file: "redis_py_lock.py", library: "redis-py", modules: ["redis"] },
  { file: "celery_worker.py", library: "celery", modules: ["redis", "celery"] },
  { file: "job_queues.py", library: "rq", modules: ["redis", "rq"] },
  { file: "job_queues.py", library: "dramatiq", modules: ["redis", "dramatiq"] },
  { file: "job_queues.py", library: "huey", modules: ["redis", "huey"] },
  {
    file: "limits_and_caches.py",
    library: "limits",
    modules: ["redis", "limits", "flask_limiter"],
  },
  { file: "limits_and_caches.py", library: "dogpile", modules: ["redis", "dogpile.cache"] },
  {
    file: "limits_and_caches.py",
    library: "fastapi-cache2",
    modules: ["redis", "fastapi", "fastapi_cache", "httpx"],
  },
  { file: "limits_and_caches.py", library: "django-redis", modules: ["redis", "django_redis"] },
  { file: "async_libraries.py", library: "arq", modules: ["redis", "arq"] },
  { file: "async_libraries.py", library: "channels_redis", modules: ["redis", "channels_redis"] },
  {
    file: "async_libraries.py",
    library: "flask",
    modules: ["redis", "flask_session", "flask_caching"],
  },
  {
    file: "memcached_clients.py",
    library: "pymemcache",
    modules: ["pymemcache"],
    protocol: "memcached",
  },
  {
    file: "memcached_clients.py",
    library: "python-memcached",
    modules: ["memcache"],
    protocol: "memcached",
  },
];

/** Runs Python; undefined if there is none. */
async function python(args: string[]): Promise<{ code: number; text: string } | undefined> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const { code, stdout, stderr } = await new Deno.Command("python3", { args, signal }).output();
    const [printed, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    return { code, text: `${printed}${code === 0 ? "" : errors}` };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Which of these modules are there. */
async function modulesHere(modules: readonly string[]): Promise<ReadonlySet<string>> {
  const roots = [...new Set(modules.map((module) => module.split(".")[0]!))];
  const code = "import importlib.util, sys\n" +
    "print(*(m for m in sys.argv[1:] if importlib.util.find_spec(m)))";
  const found = await python(["-c", code, ...roots]);
  return new Set(found?.code === 0 ? found.text.trim().split(" ") : []);
}

const here = await modulesHere(PROGRAMS.flatMap(({ modules }) => modules));

for (const { file, library, modules, protocol } of PROGRAMS) {
  const missing = modules.filter((module) => !here.has(module.split(".")[0]!));
  if (missing.length > 0) console.log(`skipped: no ${missing.join(", ")} of Python`);
  Deno.test({
    name: `${library} works unchanged (python/${file})`,
    ignore: missing.length > 0,
    fn: async () => {
      const [server, respPort] = await startResp("--memcache-port", "0");
      await using _server = server;
      const addresses = server.event("start")!.addresses as string[];
      const memcached = addresses.find((address) => address.startsWith("memcached://"))!;
      const port = protocol === undefined ? String(respPort) : /\d+$/.exec(memcached)![0];
      const path = fileURLToPath(new URL(`python/${file}`, import.meta.url));
      const ran = await python([path, port, library]);
      assertEquals([ran!.code, ran!.text.trim()], [0, "ok"]);
    },
  });
}
