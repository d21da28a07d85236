import { type Need, rightsOf, rightsOfEvents } from "../../../../../packages/argo-lint";
import { ACCOUNTS, RIGHTS, type Rule } from "../../../../../components/rbac";
import { BACKUP_ACCOUNT, BACKUP_RIGHTS } from "../../../../../components/backup";
import { placeholderArgs, trainingManifests } from "../../../../../workflows";

const HEAD = `# Rights

Which service account of the lab may do what, in which of its three namespaces, and for which template it needs to. The
rights of the accounts under which pods run, or events start runs, are derived from the templates and the event bindings:
a preview fails if one of them may do more, or less.

| Service account | Role | Namespace | API group | Resource | Objects | Verbs | Needed by |
| --- | --- | --- | --- | --- | --- | --- | --- |
`;

const FOOT = `
All accounts are in the platform's namespace (configuration \`namespace\`); the application runs in that of staging
(\`stagingNamespace\`), and BuildKit in that of builds (\`buildNamespace\`). The account \`student\` is for people, so its
rights follow from no template. The account \`backup\` is there with \`backupSchedule\` alone, in a namespace of its own
(\`backupNamespace\`), where no other account has a right. To run programs in every pod of the platform's namespace is
nearly all that can be done there, with the accounts, Secrets and data of what runs in them: who gets hold of the account
has every lab that it backs up. In a class, policies for students' accounts do not concern it, as it writes no object.

In a lab, anyone who may create workflows decides what runs in the namespace, under which of its accounts and with which of
its Secrets: a workflow's status, from which Argo takes the templates that it runs, is part of the same object. In a class
the API server refuses such a status, and runs are made from the namespace's templates: the code that a student pushes has
the accounts and Secrets that these give to a step. No account has a right outside of its namespace,
except in its own staging and to start its own BuildKit. These rights do not bound what all students share and what acts on
their workflows, such as Argo's controller: SECURITY.md lists that.

This page is printed by \`npm run --silent rights > docs/reference/rights.md\`; \`npm run rights -- --check\` fails if it is not current.
`;

/** The names of the namespaces in this page, which has no others. */
const NAMESPACES = { platform: "platform", staging: "staging", build: "build" } as const;

/** The page that tells the rights, as Markdown. */
export function rightsPage(): string {
  const { events, ...workflows } = trainingManifests(placeholderArgs());
  const needs = [...rightsOf(Object.values(workflows)).needs, ...rightsOfEvents(events, ACCOUNTS.webhook)];
  const rows = [...RIGHTS, ...BACKUP_RIGHTS].flatMap(({ serviceAccount, role, place, rules }) =>
    rules.map((rule) =>
      row([
        `\`${serviceAccount}\``,
        `\`${role}\``,
        NAMESPACES[place],
        ...cells(rule),
        serviceAccount === BACKUP_ACCOUNT ? "backups" : reasons(serviceAccount, place, rule, needs),
      ]),
    ),
  );
  return `${HEAD}${rows.join("\n")}\n${FOOT}`;
}

function row(texts: readonly string[]): string {
  return `| ${texts.join(" | ")} |`;
}

function cells({ apiGroups, resources, resourceNames = ["all"], verbs }: Rule): string[] {
  const groups = apiGroups.map((group) => (group === "" ? "(core)" : group));
  return [groups, resources, resourceNames, verbs].map((words) => words.join(", "));
}

function reasons(
  serviceAccount: string,
  place: keyof typeof NAMESPACES,
  { apiGroups, resources, verbs }: Rule,
  needs: readonly Need[],
): string {
  const found = needs.filter(
    (need) =>
      need.serviceAccount === serviceAccount &&
      (need.namespace ?? NAMESPACES.platform) === NAMESPACES[place] &&
      apiGroups.includes(need.apiGroup) &&
      resources.includes(need.resource) &&
      verbs.includes(need.verb),
  );
  if (found.length === 0) {
    return "people";
  }
  return [
    ...new Set(found.map(({ neededBy }) => neededBy.replace(/^Workflow(Template|EventBinding)\//, ""))),
  ].join(", ");
}
