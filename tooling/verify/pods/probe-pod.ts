import type { CheckContext } from "../suite/check";
import { restrictedPod } from "./pods-for-admission";
import { pullSecrets, runPod } from "./run-pod";
import { VERIFY_LABEL } from "./verify-label";

/** Where a pod tries to connect to. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Whether a connection came about within the time. */
export type Reach = "reached" | "not reached";

/** Seconds that one attempt waits for an answer; a NetworkPolicy lets it wait for ever. */
const ATTEMPT = 3;

/**
 * The script of the pod. A rule for a new pod comes into force a moment after the pod has started, so the pod tries
 * several times before it says that it gets no connection.
 */
const SCRIPT = `
import socket, sys, time
address = (sys.argv[1], int(sys.argv[2]))
for attempt in range(int(sys.argv[3])):
    try:
        socket.create_connection(address, ${ATTEMPT}).close()
        print("reached")
        break
    except OSError as problem:
        print(problem, file=sys.stderr)
        time.sleep(1)
else:
    print("not reached")
`;

/** Tries from a pod of the lab's namespace with these labels to connect; the pod is removed in any case. */
export async function reachFrom(
  { lab, progress, signal }: CheckContext,
  name: string,
  labels: Readonly<Record<string, string>>,
  target: Target,
  attempts: number,
): Promise<Reach> {
  const { namespace, trainingImage } = lab.outputs;
  const { core } = lab.cluster;
  const pod = restrictedPod(trainingImage.reference, {
    spec: { restartPolicy: "Never", ...(await pullSecrets(namespace, core)) },
    container: {
      command: ["python", "-c", SCRIPT, target.host, String(target.port), String(attempts)],
      resources: { requests: { cpu: "50m", memory: "32Mi" }, limits: { cpu: "500m", memory: "64Mi" } },
    },
  });
  const body = { ...pod, metadata: { name, labels: { ...labels, [VERIFY_LABEL]: lab.id } } };
  const said = await runPod({ core, namespace, name, progress, signal }, body);
  return said === "reached" ? "reached" : "not reached";
}
