import assert from "node:assert/strict";
import { compareRights, rightsOf } from "../../../../packages/argo-lint";
import { CONTAINER, ref, workflow } from "./support";

/** The rights in words, without the one that every pod needs. */
function rights(objects: unknown[]): string[] {
  return rightsOf(objects)
    .needs.filter(({ resource }) => resource !== "workflowtaskresults")
    .map(
      ({ serviceAccount, verb, apiGroup, resource, resourceName = "*", namespace = "here" }) =>
        `${serviceAccount} ${verb} ${apiGroup}/${resource} ${resourceName} ${namespace}`,
    );
}

function resource(text: string, manifest: string, rest = ""): unknown {
  return workflow(
    `{ entrypoint: a, serviceAccountName: acc, templates: [{ name: a, ${rest} resource: { ${text}, manifest: ${JSON.stringify(manifest)} } }] }`,
  );
}

const NAMED = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web, namespace: staging }";
const GENERATED = "apiVersion: v1\nkind: Pod\nmetadata: { generateName: x- }";

describe("rights from the graph", () => {
  it("let every pod report its results, and give the rest no more", () => {
    const object = workflow(
      `{ entrypoint: a, serviceAccountName: acc, templates: [
         { name: a, steps: [[{ name: s, template: pod }], [{ name: t, template: wait }]] },
         { name: pod, container: ${CONTAINER} }, { name: wait, serviceAccountName: other, suspend: {} }, { name: unused, serviceAccountName: third, container: ${CONTAINER} }] }`,
    );
    assert.deepEqual(
      rightsOf([object]).needs.map(({ serviceAccount, verb, resource: what, neededBy }) => [
        serviceAccount,
        verb,
        what,
        neededBy,
      ]),
      [
        ["acc", "create", "workflowtaskresults", "Workflow/tried pod"],
        ["acc", "patch", "workflowtaskresults", "Workflow/tried pod"],
      ],
    );
  });

  it("follow the action", () => {
    const one = (action: string): string[] => rights([resource(`action: ${action}`, NAMED)]);
    const web = "apps/deployments web staging";
    assert.deepEqual(one("create"), ["acc create apps/deployments * staging"]);
    assert.deepEqual(one("get"), [`acc get ${web}`]);
    assert.deepEqual(one("patch"), [`acc patch ${web}`]);
    assert.deepEqual(one("delete"), [`acc delete ${web}`]);
    assert.deepEqual(one("replace"), [`acc get ${web}`, `acc update ${web}`]);
    assert.deepEqual(one("apply"), [
      `acc get ${web}`,
      "acc create apps/deployments * staging",
      `acc patch ${web}`,
    ]);
  });

  it("add reading for conditions and outputs", () => {
    const both = ["acc create /pods * here", "acc get /pods * here"];
    assert.deepEqual(rights([resource("action: create", GENERATED)]), both.slice(0, 1));
    assert.deepEqual(
      rights([resource("action: create, successCondition: status.phase == Running", GENERATED)]),
      both,
    );
    const outputs = "outputs: { parameters: [{ name: n, valueFrom: { jsonPath: '{.metadata.name}' } }] },";
    assert.deepEqual(rights([resource("action: create", GENERATED, outputs)]), both);
  });

  it("make up plurals as kubectl does", () => {
    const plural = (kind: string): string =>
      rights([resource("action: create", `apiVersion: v1\nkind: ${kind}`)])[0]?.split(" ")[2] ?? "";
    assert.deepEqual(["Ingress", "NetworkPolicy", "Gateway", "Job", "Endpoints"].map(plural), [
      "/ingresses",
      "/networkpolicies",
      "/gateways",
      "/jobs",
      "/endpoints",
    ]);
  });

  it("belong to the account of the template, of the run, or of the namespace", () => {
    const accounts = (objects: unknown[]): string[] => [
      ...new Set(rightsOf(objects).needs.map(({ serviceAccount }) => serviceAccount)),
    ];
    const spec = (rest: string): string =>
      `{ entrypoint: a, ${rest} templates: [{ name: a, container: ${CONTAINER} }] }`;
    assert.deepEqual(accounts([workflow(spec(""))]), ["default"]);
    assert.deepEqual(accounts([workflow(spec("serviceAccountName: w,"))]), ["w"]);
    assert.deepEqual(
      accounts([
        workflow(spec("serviceAccountName: w,"), "WorkflowTemplate", "lib"),
        workflow(
          "{ workflowSpec: { workflowTemplateRef: { name: lib }, serviceAccountName: c } }",
          "CronWorkflow",
        ),
      ]),
      ["w", "c"],
    );
    assert.deepEqual(
      accounts([
        workflow(
          `{ entrypoint: a, serviceAccountName: w, templates: [{ name: a, serviceAccountName: t, container: ${CONTAINER} }] }`,
        ),
      ]),
      ["t"],
    );
  });

  it("say what they cannot tell", () => {
    assert.deepEqual(
      rightsOf([resource("action: get", `apiVersion: v1\nkind: ${ref("workflow.name")}`)]).unknown,
      ["Workflow/tried a: the kind of the object that it acts on is not known yet"],
    );
    assert.deepEqual(
      rightsOf([
        workflow(
          `{ entrypoint: a, serviceAccountName: "${ref("workflow.name")}", templates: [{ name: a, container: ${CONTAINER} }] }`,
        ),
      ]).unknown,
      ["Workflow/tried a: its service account is not known yet"],
    );
  });

  it("are compared with what is given, in both directions", () => {
    const { needs } = rightsOf([resource("action: patch", NAMED)]);
    const report = {
      apiGroups: ["argoproj.io"],
      resources: ["workflowtaskresults"],
      verbs: ["create", "patch"],
    };
    const patch = {
      apiGroups: ["apps"],
      resources: ["deployments"],
      verbs: ["patch"],
      resourceNames: ["web"],
    };
    const own = { serviceAccount: "acc", rules: [report] };
    const there = { serviceAccount: "acc", namespace: "staging", rules: [patch] };
    assert.deepEqual(compareRights(needs, [own, there]), { missing: [], excess: [] });
    assert.deepEqual(compareRights(needs, [own]), {
      missing: ["acc: patch deployments.apps web in staging"],
      excess: [],
    });
    const wide = { ...there, rules: [{ ...patch, verbs: ["patch", "delete"] }] };
    assert.deepEqual(compareRights(needs, [own, wide]), {
      missing: [],
      excess: ["acc: delete deployments.apps web in staging"],
    });
  });

  describe("of what a program uses by the API", () => {
    const uses = (text: string): unknown =>
      workflow(
        `{ entrypoint: a, serviceAccountName: acc, templates: [{ name: a, container: ${CONTAINER},
           metadata: { annotations: { gourmetgram.dev/uses: ${JSON.stringify(text)} } } }] }`,
      );

    it("are those that its template declares", () => {
      const rules = [
        {
          apiGroups: ["apps"],
          namespace: "staging",
          resourceNames: ["web"],
          resources: ["deployments"],
          verbs: ["get", "patch"],
        },
        { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
      ];
      assert.deepEqual(rights([uses(JSON.stringify(rules))]), [
        "acc get apps/deployments web staging",
        "acc patch apps/deployments web staging",
        "acc list /pods * here",
      ]);
    });

    it("are unknown if they cannot be read", () => {
      for (const text of [
        "pods",
        "{}",
        '[{ "apiGroups": [""], "resources": ["pods"] }]',
        '[{ "apiGroups": [""], "resources": ["pods"], "verbs": [] }]',
        '[{ "apiGroups": [""], "resources": ["pods"], "verbs": ["get"], "resourceNames": "web" }]',
        '[{ "apiGroups": [""], "resources": ["pods"], "verbs": ["get"], "namespace": 1 }]',
        ref("workflow.name"),
      ]) {
        assert.deepEqual(
          rightsOf([uses(text)]).unknown,
          ["Workflow/tried a: its annotation gourmetgram.dev/uses is not a list of rules"],
          text,
        );
      }
    });
  });

  it("to one object are covered by those to all, which are too many", () => {
    const { needs } = rightsOf([resource("action: patch", NAMED)]);
    const all = { apiGroups: ["apps"], resources: ["deployments"], verbs: ["patch"] };
    const { missing, excess } = compareRights(needs, [
      { serviceAccount: "acc", namespace: "staging", rules: [all] },
    ]);
    assert.deepEqual(excess, ["acc: patch deployments.apps in staging"]);
    assert.ok(!missing.some((each) => each.includes("deployments")));
    const here = compareRights(needs, [{ serviceAccount: "acc", rules: [all] }]);
    assert.ok(here.missing.includes("acc: patch deployments.apps web in staging"));
  });

  it("are needed by the exit handler too", () => {
    const object = workflow(
      `{ entrypoint: a, onExit: z, serviceAccountName: acc, templates: [{ name: a, suspend: {} },
         { name: z, steps: [[{ name: s, template: e }]] }, { name: e, serviceAccountName: end, container: ${CONTAINER} }] }`,
    );
    assert.deepEqual(
      [...new Set(rightsOf([object]).needs.map(({ serviceAccount }) => serviceAccount))],
      ["end"],
    );
  });
});
