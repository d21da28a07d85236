import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import {
  dataSecret,
  serviceHost,
  labelsOf,
  LOCKED_DOWN_CONTAINER,
  unprivilegedPod,
  singleWriterClaim,
  type VolumeSize,
} from "../kubernetes";
import { type Resources, sizeOf, type SizeName } from "../sizes";

export interface PostgresArgs extends VolumeSize {
  /** Namespace of the database. */
  readonly namespace: pulumi.Input<string>;
  /** Image of PostgreSQL, with the environment variables and the user id of the official Debian-based one. */
  readonly image: pulumi.Input<string>;
  /** Size of the volume, as a Kubernetes quantity. Changing it later does not resize a volume that exists. */
  readonly storage: pulumi.Input<string>;
  /** What the pod is given. @default "medium" */
  readonly size?: SizeName | undefined;
}

/** A database as MLflow sees it: the lab's or an external one. */
export interface Database {
  /** URI in SQLAlchemy's form. Secret: it contains the password. */
  readonly uri: pulumi.Output<string>;
  /** Name of the StatefulSet that runs it; `undefined` where the lab does not run it. */
  readonly statefulSetName: pulumi.Output<string> | undefined;
}

/** A database that exists already. */
export function externalDatabase(uri: pulumi.Output<string>): Database {
  return { uri: pulumi.secret(uri), statefulSetName: undefined };
}

const DATABASE_PORTS: Readonly<Record<string, number>> = { mysql: 3306, mssql: 1433 };

/** The TCP port of a database's URI in SQLAlchemy's form. No secret, although the URI is. @default PostgreSQL's, 5432 */
export function databasePort(uri: pulumi.Output<string> | undefined): pulumi.Output<number> | undefined {
  const port = uri?.apply((text) => {
    const [, scheme = "", explicit] =
      /^(\w+)[^:]*:\/\/(?:[^@/]*@)?[^/?]*?(?::(\d+))?(?:[/?]|$)/.exec(text) ?? [];
    return explicit === undefined ? (DATABASE_PORTS[scheme] ?? POSTGRES_PORT) : Number(explicit);
  });
  return port && pulumi.unsecret(port);
}

// The database's address contains the name, and the claim's name is made from it, so it is not generated.
export const POSTGRES_NAME = "mlflow-postgres";
export const POSTGRES_PORT = 5432;
const USER = "mlflow";
const DATABASE = "mlflow";
// The user `postgres` of the official Debian-based image.
const USER_ID = 999;
const DATA = "/var/lib/postgresql/data";
const PASSWORD_FOLDER = "/run/secrets/postgres";

/**
 * The database of MLflow: one PostgreSQL server with a volume and a generated password.
 *
 * The volume outlives the StatefulSet: it is deleted only with the namespace, so no change of a setting loses data. A
 * volume that outlived its stack opens with the password of the Secret that did so too.
 */
export class Postgres extends pulumi.ComponentResource implements Database {
  public readonly uri: pulumi.Output<string>;
  public readonly statefulSetName: pulumi.Output<string>;

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("gourmetgram:index:Postgres", name, {}, opts);
    const { namespace } = args;
    const labels = labelsOf(POSTGRES_NAME);

    const password = new random.RandomPassword(
      `${name}-password`,
      // Letters and digits only: the password is part of a URI, where others would have to be escaped.
      { length: 32, special: false },
      { parent: this },
    );
    const credentials = dataSecret(
      `${name}-credentials`,
      { namespace, labels, key: "password", value: password.result },
      { parent: this },
    );
    const service = new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata: { name: POSTGRES_NAME, namespace, labels },
        // Headless: there is one pod, and the name leads straight to it.
        spec: {
          clusterIP: "None",
          selector: labels,
          ports: [{ name: "postgres", port: POSTGRES_PORT, targetPort: "postgres" }],
        },
      },
      { parent: this },
    );
    const statefulSet = new k8s.apps.v1.StatefulSet(
      `${name}-server`,
      {
        metadata: {
          name: POSTGRES_NAME,
          namespace,
          labels,
          // The API server fills in the claim template, which is one field to it. So an `up` that lost the connection before
          // it had noted this object would conflict with itself ever after. Another owner fails at the namespace.
          annotations: { "pulumi.com/patchForce": "true" },
        },
        spec: {
          serviceName: service.metadata.name,
          replicas: 1,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: podSpec(args.image, credentials.name, sizeOf(args.size).postgres),
          },
          volumeClaimTemplates: [{ metadata: { name: "data", labels }, spec: singleWriterClaim(args) }],
          // A new size or storage class replaces the StatefulSet: the data must not go with the old one.
          persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
        },
      },
      { parent: this },
    );

    const host = serviceHost(service.metadata.name, namespace);
    this.uri = pulumi.interpolate`postgresql://${USER}:${credentials.value}@${host}:${POSTGRES_PORT}/${DATABASE}`;
    this.statefulSetName = statefulSet.metadata.name;
    this.registerOutputs({ uri: this.uri, statefulSetName: this.statefulSetName });
  }
}

function podSpec(
  image: pulumi.Input<string>,
  secretName: pulumi.Input<string>,
  resources: Resources,
): k8s.types.input.core.v1.PodSpec {
  // Over TCP, which the server that initializes a new volume does not listen to: that one counts as not ready.
  const exec = { command: ["pg_isready", "-h", "127.0.0.1", "-U", USER, "-d", DATABASE] };
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: unprivilegedPod(USER_ID),
    containers: [
      {
        name: "postgres",
        image,
        env: [
          { name: "POSTGRES_USER", value: USER },
          { name: "POSTGRES_DB", value: DATABASE },
          { name: "POSTGRES_PASSWORD_FILE", value: `${PASSWORD_FOLDER}/password` },
          // A folder below the mount: the mount itself may hold `lost+found`, and PostgreSQL needs an empty one.
          { name: "PGDATA", value: `${DATA}/pgdata` },
        ],
        ports: [{ name: "postgres", containerPort: POSTGRES_PORT }],
        startupProbe: { exec, periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 90 },
        readinessProbe: { exec, periodSeconds: 5, timeoutSeconds: 5 },
        livenessProbe: { exec, periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 6 },
        resources,
        securityContext: LOCKED_DOWN_CONTAINER,
        volumeMounts: [
          { name: "data", mountPath: DATA },
          { name: "password", mountPath: PASSWORD_FOLDER, readOnly: true },
          { name: "run", mountPath: "/var/run/postgresql" },
          { name: "tmp", mountPath: "/tmp" },
        ],
      },
    ],
    volumes: [
      { name: "password", secret: { secretName, defaultMode: 0o440 } },
      { name: "run", emptyDir: { sizeLimit: "16Mi" } },
      { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
    ],
  };
}
