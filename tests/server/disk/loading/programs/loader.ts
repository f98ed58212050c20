/// <reference lib="deno.worker" />
// A loader of the tests: the real one, in a thread of its own.

import { runLoader } from "../../../../../server/disk/loading/loader.ts";

runLoader(self);
