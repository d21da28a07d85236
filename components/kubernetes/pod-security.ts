/** What the Pod Security level `restricted` requires of every pod, in one place. */
import type { types } from "@pulumi/kubernetes";

/** A container that may do nothing but run its program, and writes only to the volumes it mounts. */
export const LOCKED_DOWN_CONTAINER: types.input.core.v1.SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
};

/**
 * A pod that runs as an ordinary user.
 *
 * @param id User and group id. Volumes belong to the group, so the program can write to them.
 */
export function unprivilegedPod(id: number): types.input.core.v1.PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: id,
    runAsGroup: id,
    fsGroup: id,
    // Without this the kubelet changes the owner of every file at each start, which takes minutes on a full volume.
    fsGroupChangePolicy: "OnRootMismatch",
    seccompProfile: { type: "RuntimeDefault" },
  };
}
