/** What the pipeline may change of the Deployment in staging. */
import { unchanged } from "./cel";
import { METADATA_RULES, NOW_AND_BEFORE, type Policy } from "./policy";

const spec = "variables.now.spec";
const specBefore = "variables.before.spec";

/** That all members of an object are as they were, but some. */
function keeps(now: string, before: string, key: string, ...changing: readonly string[]): string {
  const names = JSON.stringify(changing);
  return (
    `${now}.all(${key}, ${key} in ${names} || ${unchanged(key, now, before)}) && ` +
    `${before}.all(${key}, ${key} in ${names} || ${key} in ${now})`
  );
}

const template = `${spec}.template`;
const containers = ".template.spec.containers";

/**
 * The rules for the Deployment: the account that deploys may change its image and say what it is. So it gives its pods
 * neither a priority nor volumes, and no room that they did not have.
 */
export const STAGING_POLICY: Policy = {
  name: "gourmetgram-student-staging",
  apiGroup: "apps",
  resource: "deployments",
  operations: ["CREATE", "UPDATE"],
  of: "students' accounts",
  variables: NOW_AND_BEFORE,
  rules: [
    ...METADATA_RULES,
    {
      expression: [
        'request.operation == "UPDATE"',
        keeps(spec, specBefore, "part", "replicas", "template"),
        keeps(template, `${specBefore}.template`, "part", "metadata", "spec"),
        keeps(`${template}.spec`, `${specBefore}.template.spec`, "part", "containers"),
        `size(${spec}${containers}) == size(${specBefore}${containers})`,
        `${spec}${containers}.all(one, ${specBefore}${containers}.exists(old, old.name == one.name && ${keeps("one", "old", "part", "image")}))`,
      ].join(" && "),
      message:
        "it changes more than the number of pods, the image, and labels and annotations: the pods of staging have the volumes, the priority and the room that `npm run class -- up` gives them",
    },
    {
      expression:
        `${template}.metadata.?annotations.orValue({}).size() <= 32 && ` +
        `${template}.metadata.?annotations.orValue({}).all(key, size(${template}.metadata.annotations[key]) <= 1024) && ` +
        `${template}.metadata.?labels.orValue({}).size() <= 32 && ` +
        `${spec}${containers}.all(one, size(one.?image.orValue("")) <= 512)`,
      message:
        "the pods' labels, annotations or image are too many or too long: at most 32 of 1024 characters, because etcd is shared by the class",
    },
  ],
};
