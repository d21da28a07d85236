// What Pulumi runs: index.ts.
"use strict";
require("./build.cjs").run(module, "index.ts");
