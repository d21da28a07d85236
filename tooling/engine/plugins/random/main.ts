import { serve } from "../shared/serve";
import { pluginVersions } from "../versions";
import { randomPassword } from "./random-password";

void serve({ name: "random", version: pluginVersions.random, standIn: randomPassword });
