import { type Need, rightsOf } from "./argo/proof";
import { type AccountRole, RIGHTS, type Rule } from "./rbac";
import { trainingManifests } from "./training-manifests";

const HEAD = `# Rights

Which service account of the lab's namespace may do what, and for which template it needs to. The rights of the
accounts under which pods run are derived from the templates: a preview fails if one of them may do more, or less.

| Service account | Role | API group | Resource | Verbs | Needed by |
| --- | --- | --- | --- | --- | --- |
`;

const FOOT = `
The account of \`submit-training\` is for people, so its rights follow from no template.

This page is printed by \`npm run --silent rights > docs/rights.md\`; \`npm run rights -- --check\` tells whether it is current.
`;

/** The page that tells the rights, as Markdown. */
export function rightsPage(): string {
  const { train, triggerBuild, build } = RIGHTS;
  // Images, addresses and times have no part in who may do what.
  const manifests = trainingManifests({
    namespace: "gourmetgram-platform",
    trainingImage: "gourmetgram-train",
    mlflowUrl: "http://mlflow",
    serviceAccounts: {
      train: train.serviceAccount,
      triggerBuild: triggerBuild.serviceAccount,
      build: build.serviceAccount,
    },
    schedule: "0 2 * * *",
    timezone: "UTC",
    suspended: false,
    deadlineSeconds: 3600,
  });
  const { needs } = rightsOf(Object.values(manifests));
  const rows = (Object.keys(RIGHTS) as AccountRole[]).flatMap((who) => {
    const { serviceAccount, role, rules } = RIGHTS[who];
    return rules.map((rule) =>
      row([`\`${serviceAccount}\``, `\`${role}\``, ...cells(rule), reasons(serviceAccount, rule, needs)]),
    );
  });
  return `${HEAD}${rows.join("\n")}\n${FOOT}`;
}

function row(texts: readonly string[]): string {
  return `| ${texts.join(" | ")} |`;
}

function cells({ apiGroups, resources, verbs }: Rule): string[] {
  const groups = apiGroups.map((group) => (group === "" ? "(core)" : group));
  return [groups, resources, verbs].map((words) => words.join(", "));
}

function reasons(
  serviceAccount: string,
  { apiGroups, resources, verbs }: Rule,
  needs: readonly Need[],
): string {
  const found = needs.filter(
    (need) =>
      need.serviceAccount === serviceAccount &&
      apiGroups.includes(need.apiGroup) &&
      resources.includes(need.resource) &&
      verbs.includes(need.verb),
  );
  if (found.length === 0) {
    return "people";
  }
  return [...new Set(found.map(({ neededBy }) => neededBy.replace("WorkflowTemplate/", "")))].join(", ");
}
