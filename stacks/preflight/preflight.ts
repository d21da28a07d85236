import type { V1Node } from "@kubernetes/client-node";
import { apiServer } from "./api-server";
import { dataLoss } from "../data/data-loss";
import { mlflowUpgrade } from "../data/mlflow-upgrade";
import { postgresMajor } from "../data/postgres-major";
import { existingArgo } from "./argo";
import { existingObjects, takenPorts } from "./claims/existing-objects";
import type { Finding, Inspected, Inspection } from "./finding";
import { nodes, version } from "./nodes";
import { imageRegistry } from "./registry/registry";
import { rights } from "./claims/rights";
import { storageClass } from "./storage";

/** Each inspects one aspect of the cluster. */
const INSPECTIONS: readonly Inspection[] = [
  version,
  rights,
  nodes,
  storageClass,
  dataLoss,
  postgresMajor,
  mlflowUpgrade,
  existingObjects,
  takenPorts,
  existingArgo,
  imageRegistry,
  apiServer,
];

/** Every problem of a cluster that prevents a stack, found before anything is created. */
export async function preflight({ config, stack, cluster }: Omit<Inspected, "nodes">): Promise<Finding[]> {
  const all = config.scope === "student" ? [] : ((await cluster.list<V1Node>("v1", "Node")) ?? []);
  const inspected = { config, stack, cluster, nodes: all };
  return (await Promise.all(INSPECTIONS.map((inspect) => inspect(inspected)))).flat();
}
