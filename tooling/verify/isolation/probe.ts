/** Carries out what is tried from pods: one pod for each kind, which tries everything that is tried from it. */
import type { V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../../live/api-clients";
import { restrictedPod } from "../pods/pods-for-admission";
import { pullSecrets, runPod } from "../pods/run-pod";
import type { Waiting } from "../suite/waiting";
import { VERIFY_LABEL } from "../pods/verify-label";
import type { Student } from "./students/student";
import type { Answer, PodRole, Try } from "./tries/try";

/** What all probes of one verification have in common. */
export interface Probing extends Waiting {
  readonly cluster: Cluster;
  /** Of the verification. */
  readonly id: string;
}

/** The account of the step that deploys: of those that pods have, it may do the most. */
const ACCOUNT = "deploy-staging";
const WORKFLOW_LABEL = { "workflows.argoproj.io/workflow": "verify-isolation" };

/** Labels and account of each kind of pod. */
const PODS: Readonly<
  Record<PodRole, { readonly labels: Readonly<Record<string, string>>; readonly account?: string }>
> = {
  build: { labels: { ...WORKFLOW_LABEL, "gourmetgram.dev/role": "build-image" }, account: ACCOUNT },
  step: { labels: WORKFLOW_LABEL },
  // Without the application's labels, which would put it behind the student's Service. It may do what that may.
  application: { labels: {} },
};

/**
 * The script of the pod. Rules for a new pod come into force a moment after it has started. So it begins when something
 * that is allowed is reached, or, where nothing is, after a pause; and then a little later, as rules come by and by.
 *
 * A name that no name server knows is no refusal: nothing was tried then.
 */
export const CONNECT_SCRIPT = `
import concurrent.futures, json, pathlib, re, socket, ssl, subprocess, sys, tempfile, threading, time, urllib.error, urllib.request
order = json.loads(sys.argv[1])
ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount/"

def connect(host, port):
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as problem:
        return {"kind": "failed", "reason": f"{host}: {problem}"}
    try:
        socket.create_connection(addresses[0][4][:2], 4).close()
    except OSError as problem:
        return {"kind": "no connection", "reason": str(problem)}
    return {"kind": "connected"}

def ask(url):
    request, context = urllib.request.Request(url), None
    if url.startswith("https:"):
        request.add_header("Authorization", "Bearer " + open(ACCOUNT + "token").read())
        context = ssl.create_default_context(cafile=ACCOUNT + "ca.crt")
    try:
        with urllib.request.urlopen(request, timeout=15, context=context) as answer:
            return {"kind": "status", "status": answer.status}
    except urllib.error.HTTPError as answer:
        return {"kind": "status", "status": answer.code}
    except OSError as problem:
        return {"kind": "failed", "reason": f"{url}: {problem}"}

# One at a time: each takes a third of the pod's memory.
ONE = threading.Lock()

def run(address, *args):
    command = ["buildctl", "--addr", address, *args]
    with ONE:
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

# The names that BuildKit gives builds.
def builds(address):
    told = run(address, "debug", "histories")
    if told.returncode != 0:
        raise OSError(f"no history: {told.stderr[-200:]}")
    return set(re.findall(r"\\b[0-9a-z]{25}\\b", told.stdout))

def history(address):
    before = builds(address)
    # It is emptied now and then, and may just have been.
    for attempt in range(3):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "Dockerfile").write_text("FROM scratch\\nCOPY Dockerfile /\\n")
            places = ("--local", f"context={folder}", "--local", f"dockerfile={folder}")
            built = run(address, "build", "--frontend", "dockerfile.v0", *places)
        if built.returncode != 0:
            return {"kind": "failed", "reason": f"nothing was built: {built.stderr[-200:]}"}
        if builds(address) - before:
            return {"kind": "status", "status": 200 if before else 404, "text": ", ".join(before)}
    return {"kind": "failed", "reason": "the history does not show a build that was just made"}

def buildctl(address, args):
    try:
        if args is None:
            return history(address)
        done = run(address, *args)
    except (OSError, subprocess.TimeoutExpired) as problem:
        return {"kind": "failed", "reason": str(problem)}
    if done.returncode == 0:
        return {"kind": "status", "status": 200}
    missing = "not found" in done.stderr
    return {"kind": "status", "status": 404 if missing else 500, "text": done.stderr.strip()[-200:]}

def carry_out(means):
    if means["kind"] == "buildctl":
        return buildctl(means["address"], means.get("args"))
    return ask(means["url"]) if means["kind"] == "ask" else connect(means["host"], means["port"])

until = time.monotonic() + 60
while order["first"] and carry_out(order["first"])["kind"] != "connected" and time.monotonic() < until:
    time.sleep(1)
time.sleep(3 if order["first"] else 20)
with concurrent.futures.ThreadPoolExecutor(8) as pool:
    print(json.dumps(list(pool.map(carry_out, order["all"]))))
`;

/** Tries from one pod, which is removed in any case. Answers are in the order of the tries. */
export async function probe(
  student: Student,
  from: PodRole,
  tries: readonly Try[],
  probing: Probing,
): Promise<Answer[]> {
  const { id, cluster } = probing;
  const { core } = cluster;
  const namespace = namespaceOf(student, from);
  const name = `verify-${id}-${from}`;
  const all = tries.map(({ means }) => means);
  const first = tries.find(
    ({ expected, means }) => expected === "reached" && means.kind === "connect",
  )?.means;
  const image = from === "build" ? student.pipelineImage : student.outputs.trainingImage.reference;
  const pod = podFor(from, image, { first: first ?? null, all });
  const body: V1Pod = {
    ...pod,
    metadata: { name, labels: { ...PODS[from].labels, [VERIFY_LABEL]: id } },
    spec: { ...pod.spec, containers: pod.spec?.containers ?? [], ...(await pullSecrets(namespace, core)) },
  };
  const said = await runPod({ ...probing, core, namespace, name }, body);
  const answers = JSON.parse(said) as Answer[];
  if (answers.length !== tries.length)
    throw new Error(`pod ${name} answered ${answers.length} of ${tries.length}`);
  return answers;
}

function namespaceOf({ outputs }: Student, from: PodRole): string {
  return from === "application" ? outputs.staging.namespace : outputs.namespace;
}

function podFor(from: PodRole, image: string, order: unknown): V1Pod {
  const { account } = PODS[from];
  return restrictedPod(image, {
    spec: {
      restartPolicy: "Never",
      ...(account === undefined ? {} : { serviceAccountName: account, automountServiceAccountToken: true }),
    },
    container: {
      command: ["python", "-c", CONNECT_SCRIPT, JSON.stringify(order)],
      resources: { requests: { cpu: "20m", memory: "48Mi" }, limits: { cpu: "500m", memory: "128Mi" } },
    },
  });
}
