import * as pulumi from "@pulumi/pulumi";
import { BackupAccess } from "../../components/backup";
import type { LabStackOutputs, Unknown } from "../outputs/lab-outputs";
import type { BackupOutputs, BackupTarget } from "../outputs/outputs";
import type { Base } from "./base-services";

/** Whose lab it is, in a class. */
type Student = Pick<BackupTarget, "student"> &
  Unknown<Pick<BackupTarget, "registryUser" | "registryPassword">>;

/** Has the backups include a lab, where there are some. */
export function backedUp(
  { backupNamespace }: Pick<Base, "backupNamespace">,
  lab: LabStackOutputs,
  student: Student | null,
): void {
  if (backupNamespace === undefined) return;
  const { namespace, mlflowUrl, registry, trainingImage, workloads } = lab;
  const { registeredModel, staging, appRepository, trainRepository } = lab;
  const outputs: Unknown<BackupOutputs> = {
    ...{ namespace, mlflowUrl, registry, trainingImage, workloads },
    ...{ registeredModel, staging, appRepository, trainRepository },
  };
  const target: pulumi.Output<BackupTarget> = pulumi.output({
    stack: pulumi.getStack(),
    ...(student ?? { student: null, registryUser: null, registryPassword: null }),
    outputs,
  });
  new BackupAccess("backup-access", {
    backupNamespace,
    namespace,
    stagingNamespace: staging.apply((found) => found.namespace),
    target: pulumi.jsonStringify(target),
  });
}
