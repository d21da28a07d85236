/** Resources for the tests of the rules, each fit in every respect unless a test makes it unfit. */
import type { Props, Subject } from "../../../policy/subject";

/** A resource of a stack; `parents` are the types of the components that it belongs to, the outermost first. */
export function resource(type: string, props: Props, ...parents: string[]): Subject {
  return { urn: `urn:pulumi:test::gourmetgram::${[...parents, type].join("$")}::it`, type, props };
}

/** A container that every rule accepts. */
export const CONTAINER = {
  name: "main",
  image: "registry.example.org:5000/app:1.2.3",
  resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { cpu: "1", memory: "64Mi" } },
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
};

/** What a pod says of itself for every rule to accept it. */
export const POD_SECURITY = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };

/** A Deployment whose one container differs so from one that is fit. */
export function deployment(container: Props = {}, pod: Props = {}, ...parents: string[]): Subject {
  const spec = { securityContext: POD_SECURITY, containers: [{ ...CONTAINER, ...container }], ...pod };
  const props = { metadata: { name: "it", namespace: "lab" }, spec: { template: { spec } } };
  return resource("kubernetes:apps/v1:Deployment", props, ...parents);
}

/** A WorkflowTemplate with one container, which differs so from one that is fit. */
export function workflowTemplate(container: Props = {}, spec: Props = {}): Subject {
  return resource("kubernetes:argoproj.io/v1alpha1:WorkflowTemplate", {
    metadata: { name: "it", namespace: "lab" },
    spec: {
      securityContext: POD_SECURITY,
      templates: [
        { name: "order", steps: [[]] },
        { name: "train", container: { ...CONTAINER, ...container } },
      ],
      ...spec,
    },
  });
}
