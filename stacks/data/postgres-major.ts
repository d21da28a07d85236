import type { V1StatefulSet } from "@kubernetes/client-node";
import { POSTGRES_NAME } from "../../components/mlflow";
import { setCommand } from "../../config";
import { type Inspection, refused } from "../preflight/finding";

/**
 * Whether the database's image is of another major version of PostgreSQL than the one that runs: it could not read the
 * volume. Nothing is found where an image's tag does not begin with a version; PostgreSQL itself refuses the volume then.
 */
export const postgresMajor: Inspection = async ({ config, cluster }) => {
  if (config.scope === "base" || config.mlflowDatabaseUri !== undefined) return [];
  const { namespace, postgresImage } = config;
  const server = await cluster.read<V1StatefulSet>({
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    namespace,
    name: POSTGRES_NAME,
  });
  const running = server?.spec?.template.spec?.containers[0]?.image;
  const [before, after] = [running, postgresImage].map(majorOf);
  if (running === undefined || before === undefined || after === undefined || before === after) return [];
  return [
    refused(
      `gourmetgram:postgresImage is ${postgresImage}, but PostgreSQL ${before} made the volume of ` +
        `${namespace}/${POSTGRES_NAME}: PostgreSQL ${after} cannot read it`,
      setCommand("postgresImage", running),
      "or move the database first, as docs/how-to/update.md says",
    ),
  ];
};

/** The number with which an image's tag begins; undefined without one. */
function majorOf(image: string | undefined): string | undefined {
  const [name = ""] = (image ?? "").split("@");
  return /:v?(\d+)[^/:]*$/.exec(name)?.[1];
}
