// What Pulumi runs as the policy pack: pack.ts.
"use strict";
require("../build.cjs").run(module, "policy/pack.ts");
