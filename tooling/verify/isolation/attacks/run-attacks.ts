/** Runs that a student forges with the own kubeconfig: Argo's controller, etcd and the locks are the class's. */
import { gzipSync } from "node:zlib";
import { replaced } from "../../../../packages/argo-workflows";
import { submission } from "../../../live/workflows/submission";
import { byKubeconfig, create, HUGE, HUGE_OWNER, mergePatch } from "../tries/api-requests";
import type { Student } from "../students/student";
import type { Request } from "../../clients/send";
import type { Try } from "../tries/try";

/** The rules that have to refuse: another refusal would prove something else. */
const BY_ADMISSION = /gourmetgram-student-workflows/;

type Change = Readonly<Record<string, unknown>>;

/** A forgery: what is tried, and what is written besides what is usual. */
type Forgery = readonly [what: string, change: Change];

/** Unpacked, a thousand times as large; a larger one could take all memory of the class's controller. */
const BOMB = gzipSync(Buffer.alloc(1_000_000)).toString("base64");

/** Each short enough, and too long together. */
const LONG_NAMES = Array.from({ length: 32 }, (_, index) => ({
  name: `${index}`.padStart(250, "p"),
  value: HUGE.slice(0, 300),
}));

/** What is noted of who has set which members, none of which there is. */
const HUGE_MANAGER = {
  manager: "verify",
  operation: "Update",
  apiVersion: "argoproj.io/v1alpha1",
  time: "2026-01-01T00:00:00Z",
  fieldsType: "FieldsV1",
  fieldsV1: { "f:spec": { [`f:${HUGE}`]: {} } },
};

/** Runs something of the student's choice, as any account of the namespace. */
const FORGED = {
  entrypoint: "main",
  serviceAccountName: "deploy-staging",
  templates: [{ name: "main", container: { image: "busybox", command: ["sleep", "3600"] } }],
};

/** What would take all memory of the class's controller: an expression, and a text that another one is pasted into. */
const TAKES_ALL = replaced("=sprig.until(2000000000)");
const PASTES = replaced("workflow.parameters").repeat(100);

/** A run with one parameter. */
const given = (value: string, others: Change = {}): Change => ({
  spec: { arguments: { parameters: [{ name: "scenario", value, ...others }] } },
});

/** A run with one of Argo's labels. */
const labelled = (name: string, value: string): Change => ({
  metadata: { labels: { [`workflows.argoproj.io/${name}`]: value } },
});

/** A run that says that it holds a lock. */
const holding = (mutex: string): Change => ({
  status: { synchronization: { mutex: { holding: [{ mutex, holder: "me" }] } } },
});

/** A run that says that it has made MLflow's volume, which the controller deletes with it. */
const OWNS_VOLUME: Change = {
  status: { persistentVolumeClaims: [{ name: "x", persistentVolumeClaim: { claimName: "mlflow" } }] },
};

/** A lock that is another's, as the template `train-model` has it. */
const lockOf = (namespace: string) => ({ mutexes: [{ name: "train-model", namespace }] });

/** @param run Name of a run of the student that is suspended */
export function runAttacks(own: Student, other: Student, run: string): Try[] {
  const { namespace, workflowTemplates } = own.outputs;
  const path = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows`;
  const usual = submission(workflowTemplates.train, {});
  const { reached, refused } = byKubeconfig(own.name, BY_ADMISSION);
  const creation = ({ metadata, spec, ...rest }: Change): Request =>
    create(path, {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Workflow",
      metadata: { ...usual.metadata, ...(metadata as object | undefined) },
      spec: { ...usual.spec, ...(spec as object | undefined) },
      ...rest,
    });
  const change = (body: Change): Request => mergePatch(`${path}/${run}`, body);
  return [
    ...USUAL_RUNS.map(([what, body]) => reached(what, creation(body))),
    ...forgedRuns(other).map(([what, body]) => refused(`to submit a run ${what}`, creation(body))),
    ...USUAL_CHANGES.map(([what, body]) => reached(what, change(body))),
    ...forgedChanges(other).map(([what, body]) => refused(what, change(body))),
  ];
}

/** What Argo's programs write with the student's token. */
const USUAL_RUNS: readonly Forgery[] = [
  ["to submit a run", {}],
  [
    "to submit one as a program in Go does",
    { metadata: { creationTimestamp: null }, status: { startedAt: null, finishedAt: null } },
  ],
  [
    "to submit one with labels, annotations and an entrypoint",
    {
      metadata: { labels: { "submit-from-ui": "true" }, annotations: { why: "an experiment" } },
      spec: { entrypoint: "training-and-build" },
    },
  ],
  ["to submit one with JSON in a parameter", given('{"a": {"b": [{}]}}')],
];

/** Each completes "to submit a run …". */
function forgedRuns(other: Student): Forgery[] {
  const { namespace } = other.outputs;
  return [
    ["that has a stored template", { status: { storedWorkflowTemplateSpec: FORGED } }],
    [`that holds ${other.name}'s lock`, holding(`${namespace}/Mutex/train-model`)],
    ["with a lock that the controller cannot read", holding("x")],
    ["whose controller would delete the volume of MLflow", OWNS_VOLUME],
    ["that seems to be running", labelled("phase", "Running")],
    ["that seems to be over", labelled("completed", "true")],
    ["whose spec cannot be read", { spec: { entrypoint: 1 } }],
    ["whose parameters cannot be read", { spec: { arguments: { parameters: "x" } } }],
    ["with templates of its own", { spec: { workflowTemplateRef: null, ...FORGED } }],
    ["without a template", { spec: { workflowTemplateRef: null } }],
    [`that waits for ${other.name}'s lock`, { spec: { synchronization: lockOf(namespace) } }],
    ["before all others", { spec: { podPriorityClassName: "system-node-critical" } }],
    ["as another account", { spec: { serviceAccountName: "deploy-staging" } }],
    ["with pods of its own", { spec: { podSpecPatch: "hostNetwork: true" } }],
    ["that nobody can delete", { metadata: { finalizers: ["example.com/mine"] } }],
    ["with an annotation of 200 kB", { metadata: { annotations: { huge: HUGE } } }],
    ["with a parameter of 200 kB", given(HUGE)],
    ...["default", "description"].map((member): Forgery => [
      `with 1000 characters as a parameter's ${member}`,
      given("", { [member]: HUGE.slice(0, 1000) }),
    ]),
    ["with a list of what a parameter may be", given("1", { enum: ["1"] })],
    ["with parameters of long names", { spec: { arguments: { parameters: LONG_NAMES } } }],
    ["with an owner of 200 kB", { metadata: { ownerReferences: [HUGE_OWNER] } }],
    ["with 200 kB of what managers have set", { metadata: { managedFields: [HUGE_MANAGER] } }],
    ["with an expression in a parameter", given(TAKES_ALL)],
    ["with an expression as JSON in a parameter", given('["\\u007b\\u007b=1\\u007d\\u007d"]')],
    ["with a parameter that others are pasted into", given(PASTES)],
    ["with half an expression in a parameter", given("{")],
    ["with an expression as its entrypoint", { spec: { entrypoint: TAKES_ALL } }],
    [
      "with an expression as a parameter's name",
      { spec: { arguments: { parameters: [{ name: TAKES_ALL, value: "" }] } } },
    ],
    [
      "of the name of another's scheduled one",
      { metadata: { generateName: undefined, name: "train-model-cron-1900000000" } },
    ],
  ];
}

/** What `stop`, `suspend`, `resume` and `retry` write. */
const USUAL_CHANGES: readonly Forgery[] = [
  ["to stop the own run", { spec: { shutdown: "Stop" } }],
  ["to resume it", { spec: { suspend: null } }],
  [
    "to retry it",
    {
      metadata: {
        labels: { "workflows.argoproj.io/completed": null, "workflows.argoproj.io/phase": "Running" },
      },
      spec: { shutdown: null },
      status: {
        phase: "Running",
        message: null,
        startedAt: "2026-01-01T00:00:00Z",
        finishedAt: null,
        conditions: [{ type: "Completed", status: "False" }],
        persistentVolumeClaims: null,
      },
    },
  ],
];

function forgedChanges(other: Student): Forgery[] {
  const { namespace } = other.outputs;
  return [
    ["to give the own run a stored template", { status: { storedWorkflowTemplateSpec: FORGED } }],
    [`to have it hold ${other.name}'s lock`, holding(`${namespace}/Mutex/train-model`)],
    ["to have the controller delete the volume of MLflow with it", OWNS_VOLUME],
    ["to have the controller unpack what it does not know", { status: { compressedNodes: BOMB } }],
    ["to give it outputs", { status: { outputs: { parameters: [{ name: "model-version", value: "1" }] } } }],
    ["to give it a message of 200 kB", { status: { message: HUGE } }],
    ["to give it a status that cannot be read", { status: { nodes: 5 } }],
    ["to give it a time that cannot be read", { status: { startedAt: "soon" } }],
    ["to invent a step of it", { status: { nodes: { x: { id: "x", name: "x", type: "Pod" } } } }],
    ["to give it an expression in a parameter", given(TAKES_ALL)],
    ["to have it wait for the other's lock", { spec: { synchronization: lockOf(namespace) } }],
    ["to give its pods a priority", { spec: { podPriorityClassName: "system-node-critical" } }],
    ["to keep it from being deleted", { metadata: { finalizers: ["example.com/mine"] } }],
    ["to have it overlooked", labelled("completed", "true")],
    ["to call its like by 200 kB", { metadata: { generateName: HUGE } }],
    ["to give it 200 kB of what managers have set", { metadata: { managedFields: [HUGE_MANAGER] } }],
    ["to write 200 kB into it", { metadata: { annotations: { huge: HUGE } } }],
  ];
}
