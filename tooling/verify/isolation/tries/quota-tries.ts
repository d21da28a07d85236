/** What a student's namespace may take: an administrator tries to take more, as a dry run. */
import type { V1Container } from "@kubernetes/client-node";
import { restrictedPod } from "../../pods/pods-for-admission";
import type { Student } from "../students/student";
import { core, create } from "./api-requests";
import type { Outcome, Request, Try } from "./try";

/** The one in each student's namespace. */
export const QUOTA = "platform";
const EXCEEDED = /exceeded quota/;
/** More than the largest size gives, in containers of which each is small enough. */
const CONTAINERS = 1000;

/** With an administrator's rights, so that it is the quota that refuses, and with a pod that has room, to show it. */
export function quotaTries({ name, outputs }: Student): Try[] {
  const { namespace, trainingImage } = outputs;
  const ask = (expected: Outcome, what: string, request: Request, because?: RegExp): Try => ({
    who: "an administrator",
    what: `${what} in ${name}'s namespace (dry run)`,
    expected,
    means: { kind: "admin", ...request },
    ...(because === undefined ? {} : { because }),
  });
  const pod = (container: Partial<V1Container>, count = 1): Request => {
    const body = restrictedPod(trainingImage.reference, { container });
    const [main] = body.spec?.containers ?? [];
    const containers = Array.from({ length: count }, (_, index) => ({ ...main, name: `main-${index}` }));
    return create(core(namespace, "pods"), { ...body, spec: { ...body.spec, containers } });
  };
  const sized = (cpu: string, memory: string): Partial<V1Container> => ({
    resources: { requests: { cpu, memory }, limits: { cpu, memory } },
  });
  const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Pi" } } };
  const service = { type: "NodePort", ports: [{ port: 80 }], selector: { none: "verify" } };
  const metadata = { generateName: "verify-" };
  return [
    ask("reached", "to create a small pod", pod({})),
    ask(
      "refused",
      "to create a container of 1000 cores",
      pod(sized("1000", "16Mi")),
      /maximum cpu usage per Container/,
    ),
    ask(
      "refused",
      "to create a container of 1 TiB of memory",
      pod(sized("10m", "1Ti")),
      /maximum memory usage per Container/,
    ),
    ask(
      "refused",
      "to create a pod of 100 cores and 62 GiB",
      pod(sized("100m", "64Mi"), CONTAINERS),
      EXCEEDED,
    ),
    ask(
      "refused",
      "to claim a volume of 1 PiB",
      create(core(namespace, "persistentvolumeclaims"), { metadata, spec: claim }),
      EXCEEDED,
    ),
    ask(
      "refused",
      "to open a port of the nodes",
      create(core(namespace, "services"), { metadata, spec: service }),
      EXCEEDED,
    ),
  ];
}
