// What Pulumi runs as the policy pack: pack.ts.
"use strict";
require("../bundle.cjs").runBundled(module, "policy/pack.ts");
