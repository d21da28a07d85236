/** What no pod in a student's namespace has, made from whatever by whomever. */
import * as pulumi from "@pulumi/pulumi";
import { BASE_PRIORITY_VALUE } from "../base/base-priority";
import { STUDENT_LABEL } from "../class-names";
import { NOW_AND_BEFORE, type Policy, type Rule } from "./policy";

/** The images of a pod, those of volumes included. */
const IMAGES = [
  "variables.now.spec.containers.map(each, each.image)",
  'variables.now.spec.?initContainers.orValue([]).map(each, each.?image.orValue(""))',
  "variables.now.spec.?volumes.orValue([]).filter(each, has(each.image)).map(each, each.image.reference)",
].join(" + ");

/**
 * A node starts what it has pulled before without asking the registry again, for whoever names it. The registry's guard
 * has the same rule: a repository without a slash is the base's, and of any other the first part is its owner.
 *
 * @param address The guarded registry in pods' image references.
 */
function ownImages(address: pulumi.Input<string>): Rule {
  const known = pulumi.output(address);
  return {
    expression: known.apply((at) => {
      const registry = JSON.stringify(`${at}/`);
      return (
        `variables.images.all(each, !each.startsWith(${registry}) || ` +
        `!each.substring(${at.length + 1}).contains("/") || ` +
        `each.startsWith(${registry} + namespaceObject.metadata.labels["${STUDENT_LABEL}"] + "/"))`
      );
    }),
    message: pulumi.interpolate`the pod runs an image of ${known} that is neither the student's own nor the base's: a node that has it would start it without a password; name one below ${known}/STUDENT/`,
  };
}

/**
 * The rules for pods: those of staging are made by Kubernetes, and those of runs by Argo.
 *
 * @param registry The guarded registry in pods' image references. @default none: it does not tell students apart
 */
export function podPolicy(registry?: pulumi.Input<string>): Policy {
  return {
    name: "gourmetgram-student-pods",
    apiGroup: "",
    resource: "pods",
    operations: ["CREATE"],
    of: "students' namespaces",
    variables: { ...NOW_AND_BEFORE, images: IMAGES },
    rules: [
      {
        expression: `variables.now.spec.?priority.orValue(0) < ${BASE_PRIORITY_VALUE}`,
        message: `the priority of the pod's class is ${BASE_PRIORITY_VALUE} or more: the base of the class would give way to it; leave out priorityClassName`,
      },
      {
        expression: "variables.now.spec.?volumes.orValue([]).all(each, !has(each.ephemeral))",
        message:
          "the pod has a generic ephemeral volume: it would claim storage past what the namespace is given; use an emptyDir",
      },
      {
        expression: 'variables.images.all(each, !each.matches("^sha[0-9]+:"))',
        message:
          "the pod names an image by its ID, which a node looks up among all that it has pulled, for whomever; name it by its repository",
      },
      ...(registry === undefined ? [] : [ownImages(registry)]),
    ],
  };
}
