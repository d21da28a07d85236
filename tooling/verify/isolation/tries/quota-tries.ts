/** What a student's namespace may take: an administrator tries to take more, as a dry run. */
import type { V1Container } from "@kubernetes/client-node";
import { restrictedPod } from "../../pods/pods-for-admission";
import type { Student } from "../students/student";
import { asAdmin, core, create } from "./api-requests";
import type { Request } from "../../clients/send";
import { triesOf, type Try } from "./try";

/** The one in each student's namespace. */
export const QUOTA = "platform";
const EXCEEDED = /exceeded quota/;
/** More than the largest size gives, in containers of which each is small enough. */
const CONTAINERS = 1000;

/** With an administrator's rights, so that it is the quota that refuses, and with a pod that has room, to show it. */
export function quotaTries({ name, outputs }: Student): Try[] {
  const { namespace, trainingImage } = outputs;
  const end = ` in ${name}'s namespace (dry run)`;
  const { reached, refused } = triesOf("an administrator", asAdmin, { end });
  const pod = (container: Partial<V1Container>, count = 1): Request => {
    const body = restrictedPod(trainingImage.reference, { container });
    const [main] = body.spec?.containers ?? [];
    const containers = Array.from({ length: count }, (_, index) => ({ ...main, name: `main-${index}` }));
    return create(core(namespace, "pods"), { ...body, spec: { ...body.spec, containers } });
  };
  const sized = (cpu: string, memory: string, count?: number): Request =>
    pod({ resources: { requests: { cpu, memory }, limits: { cpu, memory } } }, count);
  const made = (kind: string, spec: unknown): Request =>
    create(core(namespace, kind), { metadata: { generateName: "verify-" }, spec });
  const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Pi" } } };
  const service = { type: "NodePort", ports: [{ port: 80 }], selector: { none: "verify" } };
  const [tooManyCores, tooMuchMemory] = [
    /maximum cpu usage per Container/,
    /maximum memory usage per Container/,
  ];
  return [
    reached("to create a small pod", pod({})),
    refused("to create a container of 1000 cores", sized("1000", "16Mi"), tooManyCores),
    refused("to create a container of 1 TiB of memory", sized("10m", "1Ti"), tooMuchMemory),
    refused("to create a pod of 100 cores and 62 GiB", sized("100m", "64Mi", CONTAINERS), EXCEEDED),
    refused("to claim a volume of 1 PiB", made("persistentvolumeclaims", claim), EXCEEDED),
    refused("to open a port of the nodes", made("services", service), EXCEEDED),
  ];
}
