import { serve } from "../shared/serve";
import { pluginVersions } from "../versions";
import { image } from "./image";

void serve({ name: "docker", version: pluginVersions.docker, standIn: image });
