import * as pulumi from "@pulumi/pulumi";
import { baseUsage, portOf, StudentAccess, studentFlow, StudentNetwork } from "../components/class";
import { ARGO_SERVER, SERVER_PORT, argoAccess } from "../components/argo";
import { BUILDKIT, BUILDKIT_PORT } from "../components/builder";
import { clusterSettings, type StudentConfig, describeOffset } from "../config";
import { labelsOf, RestrictedNamespace } from "../components/kubernetes";
import { volumesOf } from "./footprint/footprint";
import { noPriority, quota } from "./footprint/namespace-quota";
import { databasePort } from "../components/mlflow";
import { portsOf, REGISTRY_PODS, RegistryUser } from "../components/registry";
import { referredBase } from "./outputs/base-reference";
import type { KeptObject } from "./data/kept-data";
import { backedUp } from "./services/backed-up";
import { externalRegistryOf } from "./services/external-registry";
import { lastOutput } from "./outputs/last-output";
import { createLab } from "./services/lab-services";
import { type LabStackOutputs, labOutputs, type Unknown } from "./outputs/lab-outputs";
import type { StudentOutputs, StudentSecrets } from "./outputs/outputs";
import { labelOwned, labelStudent, outliveStack, reuse } from "./transforms";

export type StudentStackOutputs = LabStackOutputs & Unknown<StudentOutputs & StudentSecrets>;

/** What one student of a class has. Nothing in it belongs to the cluster but the two namespaces. */
export async function studentStack(
  config: StudentConfig,
  kept: readonly KeptObject[],
): Promise<StudentStackOutputs> {
  const { student } = config;
  if (pulumi.runtime.isDryRun()) {
    void pulumi.log.info(describeOffset(config.scheduleOffset));
  }
  const base = await referredBase(config);
  labelOwned();
  if (config.keepData) outliveStack();
  reuse(kept);
  // Before the namespaces are created and until they are deleted, so that the base stays as long.
  labelStudent(student, baseUsage("base-user", { student, namespace: base.argo.namespace }));

  const platform = new RestrictedNamespace("platform", { name: config.namespace, holdsData: true });
  quota(
    "platform",
    { namespace: platform.name, size: config.size, volumes: volumesOf(config) },
    { parent: platform },
  );
  noPriority("platform", platform.name, { parent: platform });
  // Before there is an account that could ask for anything.
  studentFlow("api-flow", { student, namespace: platform.name });
  // An Argo that existed before the class has its rights from elsewhere.
  const argoRights =
    config.argo === "existing"
      ? []
      : [argoAccess("argo-access", { namespace: platform.name, argoNamespace: base.argo.namespace })];
  // Images are pushed and pulled with an account of the external registry, or one that the base's registry has.
  const external = externalRegistryOf(config);
  const credentials =
    external === undefined
      ? new RegistryUser("registry-user", { user: student }).credentials
      : external.credentials;
  const lab = createLab(config, {
    namespace: platform.name,
    base,
    registry: {
      ...base.registry,
      pullCredentials: credentials,
      ...(external === undefined ? { pods: REGISTRY_PODS } : { ports: portsOf(external) }),
    },
    appImage: `${student}/gourmetgram-app`,
    trainImage: `${student}/gourmetgram-train`,
    ready: argoRights,
  });
  noPriority("staging", lab.staging.namespace, { parent: lab.staging });
  noPriority("builder", lab.builder.namespace, { parent: lab.builder });
  const network = new StudentNetwork("network", {
    namespace: platform.name,
    stagingNamespace: lab.staging.namespace,
    builder: { namespace: lab.builder.namespace, labels: labelsOf(BUILDKIT), port: BUILDKIT_PORT },
    argoServer: { namespace: base.argo.namespace, labels: labelsOf(ARGO_SERVER), port: SERVER_PORT },
    apiServerAddresses: config.apiServerAddresses,
    apiServerPorts: config.apiServerPorts,
    externalRepository: config.appRepositoryUrl,
    externalRegistryPorts: external === undefined ? [] : portsOf(external),
    externalDatabasePort: databasePort(config.mlflowDatabaseUri),
    s3Port:
      config.mlflowArtifactRoot === undefined
        ? undefined
        : portOf(config.mlflowS3Endpoint ?? "https://s3.amazonaws.com"),
  });
  const access = new StudentAccess("student-access", {
    account: lab.rbac.serviceAccounts.student,
    namespace: platform.name,
    days: config.studentTokenDays,
    after: [platform, lab.builder, lab.staging, lab.rbac, network],
    last: lastOutput("studentKubeconfig"),
    cluster: clusterSettings(),
  });
  const outputs = labOutputs(config, { namespace: platform.name, base, lab });
  const registryUser = pulumi.output(credentials === undefined ? null : { username: credentials.username });
  const registryPassword = pulumi.secret(credentials?.password ?? null);
  backedUp(base, outputs, { student, registryUser, registryPassword });
  return {
    ...outputs,
    registryUser,
    registryPassword,
    studentKubeconfig: access.kubeconfig,
    studentAccessExpires: access.expires,
  };
}
