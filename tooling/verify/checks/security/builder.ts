import { type Check, type CheckContext } from "../../suite/check";
import { expectEqual } from "../../suite/expect";
import { reachFrom, type Target } from "../../pods/probe-pod";
import { startBuilder } from "../../pods/running-builder";

/** The label by which the build's pods are known; the course's text and the NetworkPolicy have it too. */
const BUILD_LABEL = { "gourmetgram.dev/role": "build-image" };
/** A connection that is to come about may need a moment; one that is not, needs no second try to be sure of. */
const ATTEMPTS = { allowed: 20, refused: 3 };

/** Whoever reaches BuildKit may run programs in it, so only the build's pods do. */
export const builder: Check = {
  name: "builder",
  title: "BuildKit is reached by the build's pods, and by no other pod of the namespace",
  run: async (context) => {
    const stop = await startBuilder(context.lab.outputs.builder, context.lab.cluster, context);
    try {
      await expectReach(context);
    } finally {
      await stop();
    }
  },
};

async function expectReach(context: CheckContext): Promise<void> {
  const { lab, see } = context;
  const { address } = lab.outputs.builder;
  const { hostname: host, port } = new URL(address);
  const target: Target = { host, port: Number(port) };
  // The build's pod first: that the other one gets no connection then proves something.
  const allowed = await reachFrom(context, `verify-${lab.id}-build`, BUILD_LABEL, target, ATTEMPTS.allowed);
  expectEqual(`${address} from a pod with the label of a build's pods`, allowed, "reached", [
    `kubectl get pods,networkpolicies -n ${lab.outputs.builder.namespace}`,
  ]);
  see(`${address}: reached by a build's pod`);
  const refused = await reachFrom(context, `verify-${lab.id}-other`, {}, target, ATTEMPTS.refused);
  expectEqual(`${address} from a pod without it`, refused, "not reached", [
    "the cluster enforces no NetworkPolicy, it seems: its network plug-in has to (Calico, Cilium, kube-router, …)",
    "without, any pod of the cluster can build, and read what is being built",
  ]);
  see(`${address}: not reached by another pod of ${lab.outputs.namespace}`);
}
