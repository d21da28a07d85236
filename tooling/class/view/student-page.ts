import { nextTimes } from "../../../packages/argo-lint";
import type { LabOutputs } from "../../../stacks";
import { serviceOf, type ServicePort } from "../../live/addresses/service";

/** What a page of a student is written from. */
export interface PageFacts {
  readonly student: string;
  readonly outputs: LabOutputs;
  /** Name of the kubeconfig beside the page; undefined where the stack gives none. */
  readonly kubeconfig: string | undefined;
  /** With which the student pushes to the application's repository; `null` where it is someone else's. */
  readonly pushPassword: string | null;
  /** From when on the next scheduled times are told. */
  readonly now: Date;
}

/** A Service, and the port of the student's machine that leads there. */
interface Forward extends ServicePort {
  readonly local: number;
}

/** The port-forward to an address of the cluster; undefined for an address elsewhere. */
export function forwardOf(address: string, local?: number): Forward | undefined {
  const service = serviceOf(address);
  return service && { ...service, local: local ?? service.port };
}

/** A page in Markdown for one student: addresses, commands, times. */
export function studentPage(facts: PageFacts): string {
  const { student, outputs } = facts;
  const sections = [
    `# GourmetGram lab of ${student}`,
    kubeconfigSection(facts),
    placesSection(facts),
    dashboardSection(facts),
    trainingSection(outputs, facts.now),
    repositorySection(facts),
  ];
  return `${sections.join("\n\n")}\n`;
}

function kubeconfigSection({ kubeconfig, outputs }: PageFacts): string {
  const namespaces = `\`${outputs.namespace}\` and \`${outputs.staging.namespace}\``;
  if (kubeconfig === undefined) {
    return `## Your way in\n\nYour namespaces are ${namespaces}. Ask your teacher for a kubeconfig.`;
  }
  return `## Your way in

The file \`${kubeconfig}\`, which came with this page, is your way into the cluster. It is good for your namespaces
${namespaces} alone, and for a limited time. Keep it to yourself. The commands below find it by:

${shell(`export KUBECONFIG="$PWD/${kubeconfig}"   # in the folder where you have put it`)}`;
}

function placesSection({ outputs }: PageFacts): string {
  const places = [
    ["MLflow: runs, and versions of the model", outputs.mlflowUrl, 8000],
    ["The application in staging, after the first training", outputs.staging.url, 8080],
    ["The application's repository, for git", outputs.appRepository.url, 8081],
  ] as const;
  const parts = places.map(([what, address, local]) => {
    const forward = forwardOf(address, local);
    if (forward === undefined) return `- ${what}: <${address}>`;
    const { namespace, name, port } = forward;
    const command = `kubectl port-forward -n ${namespace} service/${name} ${local}:${port}`;
    return `- ${what}: <http://localhost:${local}>, while this runs:\n\n  ${shell(command).replaceAll("\n", "\n  ")}`;
  });
  return `## Places\n\n${parts.join("\n")}`;
}

/** No port-forward leads there: Argo's server is in a namespace in which students have no rights. */
function dashboardSection({ outputs, kubeconfig }: PageFacts): string {
  const { argoServerUrl, namespace } = outputs;
  const { hostname, port } = new URL(argoServerUrl);
  const isTheMachines = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  return [
    "## Argo's dashboard",
    `<${argoServerUrl}> shows your runs, and can start them. The browser warns, as the certificate is the server's own.`,
    ...(isTheMachines
      ? [
          "That is an address of the class's machine. From your own computer, open a way to it first, with the account there that\n" +
            "your teacher has given you, and leave it open:",
          shell(`ssh -N -L ${port}:127.0.0.1:${port} YOU@MACHINE`),
        ]
      : []),
    kubeconfig === undefined
      ? "To log in, ask your teacher for a token. Paste `Bearer`, a space and the token into the box in the middle of the page."
      : "To log in, print the token of your kubeconfig. Paste all of the line, with the word `Bearer`, into the box in the middle of\n" +
        `the page. It is a password: give it to nobody.\n\n${shell(LOG_IN)}`,
    `If a page asks for a namespace, it is \`${namespace}\`.`,
  ].join("\n\n");
}

const LOG_IN = `kubectl config view --raw --minify -o 'jsonpath=Bearer {.users[0].user.token}{"\\n"}'`;

function trainingSection({ namespace, workflowTemplates, schedule }: LabOutputs, now: Date): string {
  const commands = [
    [
      `argo submit -n ${namespace} --from workflowtemplate/${workflowTemplates.train} --watch`,
      "train, and watch",
    ],
    [`argo list -n ${namespace}`, "all runs"],
    [`argo get -n ${namespace} @latest`, "the steps of the newest"],
    [`argo logs -n ${namespace} @latest --follow`, "what it prints"],
    [`argo retry -n ${namespace} NAME`, "once more, from the step that failed"],
    [`argo stop -n ${namespace} NAME`, "end a run"],
  ] as const;
  const width = Math.max(...commands.map(([command]) => command.length));
  const lines = commands.map(([command, what]) => `${command.padEnd(width)}   # ${what}`);
  return `## Training\n\n${shell(lines.join("\n"))}\n\n${scheduleText(schedule, now)}`;
}

function scheduleText({ cron, timezone, suspended, name }: LabOutputs["schedule"], now: Date): string {
  if (suspended)
    return `The schedule \`${name}\` (${cron}, ${timezone}) rests: nothing is trained by itself.`;
  const times = nextTimes(cron, { timezone, from: now, count: 3 }).map((time) => {
    const text = time.toLocaleString("sv-SE", { timeZone: timezone, dateStyle: "short", timeStyle: "short" });
    return `- ${text} (${timezone})`;
  });
  return `It also trains by itself (\`${name}\`, ${cron}), next:\n\n${times.join("\n")}`;
}

function repositorySection({ outputs, pushPassword }: PageFacts): string {
  const { appRepository, trainRepository } = outputs;
  const { branch, username } = appRepository;
  const address = forwardOf(appRepository.url);
  if (address === undefined || username === null || pushPassword === null) {
    return `## The application's source\n\nBranch \`${branch}\` of <${appRepository.url}> is built.`;
  }
  const path = new URL(appRepository.url).pathname;
  return `## The application's source

With the port-forward above:

${shell(`git clone http://${username}@localhost:8081${path}`)}

Branch \`${branch}\` is built. To push, the user is \`${username}\` and the password \`${pushPassword}\`.${trainingSource(trainRepository, username)}`;
}

/** How a push of training code starts a training. */
function trainingSource(repository: LabOutputs["trainRepository"], username: string): string {
  if (repository === null) return "";
  const { url, branch } = repository;
  return `

## The training's source

${shell(`git clone --branch ${branch} http://${username}@localhost:8081${new URL(url).pathname}`)}

A push to \`${branch}\` trains with that commit, and says which run it has started. User and password are the same.`;
}

const shell = (commands: string): string => `\`\`\`sh\n${commands}\n\`\`\``;
