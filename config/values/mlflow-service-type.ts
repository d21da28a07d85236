import type { Values } from "../keys";

/** Type of MLflow's Service. It has no log-in: unless a stack says otherwise, it is open on this machine alone. */
export function mlflowServiceTypeOf({
  mlflowServiceType,
  externalHost,
}: Pick<Values, "mlflowServiceType" | "externalHost">): NonNullable<Values["mlflowServiceType"]> {
  return mlflowServiceType ?? (THIS_MACHINE.test(externalHost) ? "NodePort" : "ClusterIP");
}

const THIS_MACHINE = /^(localhost|127(\.\d+){3}|\[?::1\]?)$/;
