import * as pulumi from "@pulumi/pulumi";
import { ArgoAccess } from "../components/argo";
import { BUILDKIT, BUILDKIT_PORT } from "../components/builder";
import { clusterSettings, type LabConfig, type StudentConfig, describeOffset } from "../config";
import { labelsOf } from "../components/kubernetes";
import { studentAccess, StudentNetwork, BaseUser } from "../components/class";
import { quota } from "./footprint/namespace-quota";
import { PlatformNamespace } from "../components/namespace";
import { portsOf, type RegistryCredentials, RegistryUser } from "../components/registry";
import { referredBase } from "./base-reference";
import { createLab } from "./lab-services";
import { type LabStackOutputs, labOutputs } from "./lab-outputs";
import { markStudent } from "./transforms";

/** The outputs of a student's stack before they are known. */
export interface StudentStackOutputs extends LabStackOutputs {
  /** Who pushes and pulls the student's images. `null` where the registry asks nobody. */
  readonly registryUser: pulumi.Output<{ readonly username: string } | null>;
  /** Secret. */
  readonly registryPassword: pulumi.Output<string | null>;
  /** Text of a kubeconfig with the student's rights. Secret; unknown in a preview, and new with each `up`. */
  readonly studentKubeconfig: pulumi.Output<string>;
  /** When the kubeconfig's token ends, in RFC 3339. */
  readonly studentAccessExpires: pulumi.Output<string>;
}

/** What one student of a class has. Nothing in it belongs to the cluster but the two namespaces. */
export function studentStack(config: LabConfig): StudentStackOutputs {
  const student = studentOf(config);
  if (pulumi.runtime.isDryRun()) {
    void pulumi.log.info(describeOffset(student.schedule));
  }
  const base = referredBase(student.baseStack);
  // Before the namespaces are made and until they are gone, so that the base stays as long.
  const user = new BaseUser("base-user", { student: student.name, namespace: base.argo.namespace });
  markStudent(student.name, user.marker);

  const platform = new PlatformNamespace("platform", { name: config.namespace });
  quota(
    "platform",
    { namespace: platform.name, size: config.size, volumes: volumesOf(config) },
    { parent: platform },
  );
  // An Argo that existed before the class has its rights from elsewhere.
  const access =
    config.argo.mode === "existing"
      ? undefined
      : new ArgoAccess("argo-access", { namespace: platform.name, argoNamespace: base.argo.namespace });
  const credentials = registryCredentials(config, student);
  const lab = createLab(config, {
    namespace: platform.name,
    base,
    registry: { ...base.registry, pullCredentials: credentials },
    appImage: `${student.name}/gourmetgram-app`,
    nodePorts: false,
    ready: access?.ready ?? [],
  });
  new StudentNetwork("network", {
    namespace: platform.name,
    stagingNamespace: lab.staging.namespace,
    builder: { namespace: base.builder.namespace, labels: labelsOf(BUILDKIT), port: BUILDKIT_PORT },
    apiServerAddresses: student.apiServerAddresses,
    apiServerPorts: student.apiServerPorts,
    externalRepository: config.appRepository.kind === "external" ? config.appRepository.url : undefined,
    externalRegistryPorts: config.registry.kind === "external" ? portsOf(config.registry) : [],
    externalDatabase: config.mlflow.databaseUri !== undefined,
    s3: config.mlflow.s3 !== undefined,
  });
  const cluster = studentAccess({
    account: lab.rbac.serviceAccounts.student,
    namespace: platform.name,
    days: student.tokenDays,
    cluster: clusterSettings(),
  });
  return {
    ...labOutputs(config, { namespace: platform.name, base, lab }),
    registryUser: pulumi.output(credentials === undefined ? null : { username: credentials.username }),
    registryPassword: pulumi.secret(credentials?.password ?? null),
    studentKubeconfig: cluster.kubeconfig,
    studentAccessExpires: cluster.expires,
  };
}

/** With what the student's images are pushed and pulled: of an account elsewhere, or of one in the base's registry. */
function registryCredentials(
  { registry }: LabConfig,
  { name }: StudentConfig,
): RegistryCredentials | undefined {
  return registry.kind === "external"
    ? registry.credentials
    : new RegistryUser("registry-user", { user: name }).credentials;
}

/** Sizes of the volumes that the services have. */
function volumesOf({ mlflow, postgres, appRepository }: LabConfig): string[] {
  return [
    ...(mlflow.s3 === undefined ? [mlflow.storage] : []),
    ...(mlflow.databaseUri === undefined ? [postgres.storage] : []),
    ...(appRepository.kind === "hosted" ? [appRepository.storage] : []),
  ];
}

/** Whose stack it is. The configuration was refused if it does not say so. */
function studentOf({ student }: LabConfig): StudentConfig {
  if (student === undefined) throw new Error("a stack with the scope student has none");
  return student;
}
