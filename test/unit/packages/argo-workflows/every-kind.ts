import {
  type WorkflowTemplateManifest,
  SecretKey,
  artifactAt,
  artifactFrom,
  container,
  containerSet,
  dag,
  emptyDir,
  fromField,
  fromFile,
  isNot,
  isNotEmpty,
  printed,
  resource,
  script,
  secretVolume,
  steps,
  suspend,
  workflowTemplate,
} from "../../../../packages/argo-workflows";

const PROGRAM = {
  image: `registry/image@sha256:${"0".repeat(64)}`,
  command: ["run"],
  resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } },
};

/** A workflow with all that the model can say. */
export function everyKind(): WorkflowTemplateManifest {
  return workflowTemplate("every-kind", {
    description: "All that the model can say.",
    parameters: { version: {}, mode: { default: "fast", enum: ["fast", "slow"] } },
    serviceAccountName: "account",
    synchronization: { mutexes: [{ name: "one" }] },
    activeDeadlineSeconds: 60,
    entrypoint: ({ version, mode }, run) => {
      const make = container("make", {
        inputs: { version: {} },
        outputs: { name: fromFile("/name", { default: "" }), files: artifactFrom("/files") },
        labels: { role: "maker" },
        uses: [{ apiGroups: [""], resources: ["pods"], verbs: ["list"], namespace: "elsewhere" }],
        retryStrategy: { limit: 1, retryPolicy: "OnError" },
        container: (inputs) => ({
          ...PROGRAM,
          args: [inputs.version],
          env: { MODE: mode, RUN: run.name, USER_NAME: new SecretKey("secret", "username") },
          mounts: {
            "/own": emptyDir("own", "1Gi"),
            "/secret": secretVolume("secret", "secret"),
          },
        }),
      });
      const think = script("think", {
        inputs: { files: artifactAt("/in") },
        outputs: { thought: printed() },
        script: () => ({ ...PROGRAM, source: "echo thought" }),
      });
      const build = containerSet("build", {
        inputs: { version: {}, files: artifactAt("/files") },
        outputs: { image: fromFile("/work/image") },
        mounts: { "/work": emptyDir("work", "1Gi") },
        containers: (set, inputs) => {
          const mounts = { "/secret": secretVolume("secret", "secret") };
          const fetch = set.container("fetch", { ...PROGRAM, args: [inputs.version], mounts });
          set.container("main", PROGRAM, { after: [fetch] });
        },
      });
      const look = resource("look", {
        inputs: { name: { default: "any" } },
        outputs: { uid: fromField("{.metadata.uid}") },
        action: "get",
        manifest: ({ name }) => ({ apiVersion: "v1", kind: "Pod", metadata: { name } }),
      });
      const graph = dag("graph", {
        inputs: { thought: {} },
        tasks: (tasks, { thought }) => {
          const first = tasks.task("first", look, { name: thought });
          const pause = tasks.task("pause", suspend("pause", { seconds: 1 }));
          tasks.task("last", look, { name: first.output("uid") }, { after: [first, pause] });
        },
      });
      return steps("main", {
        steps: (flow) => {
          const made = flow.together((group) => {
            group.step("look", look);
            return group.step("make", make, { version });
          });
          const files = made.output("files");
          const thought = flow.step("think", think, { files }).output("thought");
          const image = flow.step("build", build, { version, files }).output("image");
          flow.step("look-again", look, { name: image });
          flow.step("graph", graph, { thought }, { when: isNotEmpty(made.output("name")) });
        },
      });
    },
    onExit: (_parameters, { status }) =>
      steps("end", {
        steps: (flow) => {
          const tell = container("tell", {
            inputs: { status: {} },
            activeDeadlineSeconds: 10,
            container: (inputs) => ({ ...PROGRAM, args: [inputs.status] }),
          });
          flow.step("tell", tell, { status }, { when: isNot(status, "Succeeded") });
        },
      }),
  }).manifest();
}
