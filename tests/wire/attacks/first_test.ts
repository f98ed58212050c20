// The first of the files with attacks; see attack_tests.ts.

import { testAttacks } from "./attack_tests.ts";

testAttacks(1);
