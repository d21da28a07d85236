/** What the lab's pods have to have, written apart from the program: a change of it is a change of every test. */

/** A pod without root, as one user whom its volumes belong to. */
export const unprivileged = (user: number) => ({
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  fsGroup: user,
  fsGroupChangePolicy: "OnRootMismatch",
  seccompProfile: { type: "RuntimeDefault" },
});

/** A container that gains no rights, and writes to its volumes alone. */
export const LOCKED_DOWN = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
};
