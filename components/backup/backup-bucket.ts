/** The bucket in S3 to which backups are copied. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { anywhere, type EgressRule, NAME_SERVERS, tcp } from "../kubernetes";

type EnvVar = k8s.types.input.core.v1.EnvVar;

/** Where backups are copied to. */
export interface BackupBucket {
  /** `s3://bucket/path`. */
  readonly address: string;
  /** Address of an S3 service that is not Amazon's. @default Amazon's */
  readonly endpoint: string | undefined;
  /** TCP port of the service. */
  readonly port: number;
  /** Left out where the ServiceAccount `backup` has the rights, by a workload identity of the cloud. */
  readonly credentials:
    | { readonly accessKeyId: pulumi.Input<string>; readonly secretAccessKey: pulumi.Input<string> }
    | undefined;
}

/** What `images/backup/bucket.py` is told; the credentials in a Secret, which this makes. */
export function bucketEnvironment(
  name: string,
  bucket: BackupBucket | undefined,
  metadata: k8s.types.input.meta.v1.ObjectMeta,
  options: pulumi.CustomResourceOptions,
): EnvVar[] {
  if (bucket === undefined) return [];
  const { address, endpoint, credentials } = bucket;
  const places = [
    { name: "BACKUP_BUCKET", value: address },
    ...(endpoint === undefined ? [] : [{ name: "BACKUP_S3_ENDPOINT", value: endpoint }]),
  ];
  if (credentials === undefined) return places;
  const secret = new k8s.core.v1.Secret(
    name,
    { metadata, immutable: true, stringData: { ...credentials } },
    options,
  );
  const key = (variable: string, which: keyof typeof credentials): EnvVar => ({
    name: variable,
    valueFrom: { secretKeyRef: { name: secret.metadata.name, key: which } },
  });
  return [
    ...places,
    key("AWS_ACCESS_KEY_ID", "accessKeyId"),
    key("AWS_SECRET_ACCESS_KEY", "secretAccessKey"),
  ];
}

/** The way there. The addresses of services elsewhere are not known here, and may change. */
export const bucketEgress = (bucket: BackupBucket | undefined): EgressRule[] =>
  bucket === undefined ? [] : [NAME_SERVERS, anywhere(tcp(bucket.port))];
