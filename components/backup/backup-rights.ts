import { rule } from "../kubernetes";
import type { Right } from "../rbac";
import { STAGING_DEPLOYMENT } from "../staging";
import { BACKUP_ACCOUNT } from "./backup-names";

/** A connection by WebSocket is a `get` for API servers before 1.35, and then a `create`. */
const CONNECT = "get create";

const READ_LAB = [
  // The pods behind a Service, of which one is asked.
  rule("", "services", "get"),
  rule("", "pods", "list"),
  // Dumps of the database and of the repositories; the artifacts, by way of MLflow.
  rule("", "pods/exec pods/portforward", CONNECT),
];

/**
 * What the backups may do in the namespaces of a lab. To run a program in any pod is nearly all that can be done there:
 * a right cannot be limited to pods whose names are not known. So nobody but the stack's owner may use the account.
 */
export const BACKUP_RIGHTS: readonly (Right & { readonly place: "platform" | "staging" })[] = [
  { role: BACKUP_ACCOUNT, serviceAccount: BACKUP_ACCOUNT, place: "platform", rules: READ_LAB },
  {
    role: BACKUP_ACCOUNT,
    serviceAccount: BACKUP_ACCOUNT,
    place: "staging",
    rules: [rule("apps", "deployments", "get", STAGING_DEPLOYMENT)],
  },
];
