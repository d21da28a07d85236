import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  apiServer,
  dataClaim,
  type EgressRule,
  labelsOf,
  labNamespace,
  LOCKED_DOWN_CONTAINER,
  unprivilegedPod,
  type VolumeSize,
} from "../kubernetes";
import { pullSecretOf, registryEgress, type RegistryTarget } from "../registry";
import type { Resources } from "../sizes";
import { type BackupBucket, bucketEgress, bucketEnvironment } from "./backup-bucket";
import { BACKUP_ACCOUNT, BACKUP_DEADLINE, BACKUP_LABS, BACKUP_NAME } from "./backup-names";

/** What the container is given. To derive a key takes 128 MiB, and a part of a file up to 32. */
export const BACKUP_RESOURCES: Resources = {
  requests: { cpu: "100m", memory: "256Mi" },
  limits: { cpu: "1", memory: "512Mi" },
};

/** Seconds after which a missed time is let go: a machine that slept at night makes up for it in the morning. */
const STARTING_DEADLINE = 12 * 3600;

const LABS = "/run/backup/labs";
const PASSPHRASE = "/run/backup/passphrase";
const BACKUPS = "/backups";

export interface BackupArgs extends VolumeSize {
  /** Name of the namespace, a DNS label. */
  readonly namespace: string;
  readonly image: pulumi.Input<string>;
  /** Where the image comes from, and where the images of labs are. */
  readonly registry: RegistryTarget;
  /** Cron string of five fields, in UTC. */
  readonly schedule: string;
  readonly suspended: boolean;
  /** What the backups are encrypted with. */
  readonly passphrase: pulumi.Input<string>;
  /** Number of backups of each lab that stay. */
  readonly keep: number;
  /** Where each backup is copied to. @default nowhere: it is on the volume alone */
  readonly bucket?: BackupBucket | undefined;
  /** CIDRs of the API server. None for its ports at any address. */
  readonly apiServerAddresses: readonly string[];
  readonly apiServerPorts: readonly number[];
}

/**
 * Backups on a schedule, of all labs that have a {@link BackupAccess}.
 *
 * They have a namespace of their own, in which nobody but the stack's owner has a right: who creates a pod there has the
 * account, which runs programs in the pods of all labs, and the passphrase. What is in the pod reaches the API server, the
 * lab's own registry and the port of the S3 service that is set alone, where the cluster enforces NetworkPolicies.
 */
export class Backup extends pulumi.ComponentResource {
  /** The namespace's name, known when a lab can be added. */
  public readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: BackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:Backup", name, {}, opts);
    const labels = labelsOf(BACKUP_NAME);
    const options = { parent: this };

    const { metadata } = labNamespace(
      name,
      { name: args.namespace, level: "restricted", holdsData: true },
      options,
    );
    const namespace = metadata.name;
    new k8s.networking.v1.NetworkPolicy(
      `${name}-network`,
      {
        metadata: { name: BACKUP_NAME, namespace, labels },
        spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], ingress: [], egress: egress(args) },
      },
      options,
    );
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-account`,
      { metadata: { name: BACKUP_ACCOUNT, namespace, labels }, automountServiceAccountToken: false },
      options,
    );
    const passphrase = new k8s.core.v1.Secret(
      `${name}-passphrase`,
      // A change makes a new Secret under a new name, so a job that starts meanwhile finds either one whole.
      { metadata: { namespace, labels }, immutable: true, stringData: { passphrase: args.passphrase } },
      options,
    );
    // Without keys of its own: each lab's stack sets and removes one.
    const labs = new k8s.core.v1.Secret(
      `${name}-labs`,
      { metadata: { name: BACKUP_LABS, namespace, labels }, type: "Opaque" },
      options,
    );
    const claim = dataClaim(
      `${name}-data`,
      {
        namespace,
        labels,
        storage: args.storage,
        storageClass: args.storageClass,
      },
      options,
    );
    const env = bucketEnvironment(`${name}-bucket`, args.bucket, { namespace, labels }, options);
    const pullSecret = pullSecretOf(`${name}-pull-secret`, args.registry, namespace, [], options);
    const pod: k8s.types.input.core.v1.PodSpec = {
      serviceAccountName: account.metadata.name,
      automountServiceAccountToken: true,
      enableServiceLinks: false,
      restartPolicy: "Never",
      securityContext: unprivilegedPod(1000),
      ...(pullSecret === undefined ? {} : { imagePullSecrets: [{ name: pullSecret }] }),
      containers: [
        {
          name: "backup",
          image: args.image,
          // Packages of the Kubernetes client are written for an older Node.
          command: ["node", "--no-deprecation", "/opt/backup/in-cluster.js"],
          args: [LABS, `${PASSPHRASE}/passphrase`, BACKUPS, String(args.keep)],
          ...(env.length === 0 ? {} : { env }),
          resources: BACKUP_RESOURCES,
          securityContext: LOCKED_DOWN_CONTAINER,
          volumeMounts: [
            { name: "labs", mountPath: LABS, readOnly: true },
            { name: "passphrase", mountPath: PASSPHRASE, readOnly: true },
            { name: "backups", mountPath: BACKUPS },
          ],
        },
      ],
      volumes: [
        { name: "labs", secret: { secretName: labs.metadata.name, defaultMode: 0o440 } },
        { name: "passphrase", secret: { secretName: passphrase.metadata.name, defaultMode: 0o440 } },
        { name: "backups", persistentVolumeClaim: { claimName: claim.metadata.name } },
      ],
    };
    new k8s.batch.v1.CronJob(
      `${name}-job`,
      {
        metadata: { name: BACKUP_NAME, namespace, labels },
        spec: {
          schedule: args.schedule,
          timeZone: "Etc/UTC",
          suspend: args.suspended,
          concurrencyPolicy: "Forbid",
          startingDeadlineSeconds: STARTING_DEADLINE,
          successfulJobsHistoryLimit: 3,
          failedJobsHistoryLimit: 3,
          jobTemplate: {
            metadata: { labels },
            spec: {
              // The program tries a lab once more by itself. A second pod would write the others' backups again.
              backoffLimit: 0,
              activeDeadlineSeconds: BACKUP_DEADLINE,
              template: { metadata: { labels }, spec: pod },
            },
          },
        },
      },
      options,
    );
    this.namespace = pulumi.all([namespace, labs.metadata]).apply(([known]) => known);
    this.registerOutputs({ namespace: this.namespace });
  }
}

/** Programs in pods and port-forwards go by way of the API server; images come from the registry itself. */
function egress({ registry, bucket, apiServerAddresses, apiServerPorts }: BackupArgs): EgressRule[] {
  const images = registry.pods === undefined ? [] : registryEgress(registry);
  return [apiServer(apiServerAddresses, apiServerPorts), ...images, ...bucketEgress(bucket)];
}
