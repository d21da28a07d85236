import type { LabOutputs } from "../../stacks";

/** Something of the lab that a browser, or git, can be pointed at. */
export interface Page {
  readonly name: PageName;
  readonly url: string;
  /** What is there. */
  readonly what: string;
  /** What else one has to know. */
  readonly notes: readonly string[];
}

export const PAGE_NAMES = ["staging", "mlflow", "argo", "repository"] as const;

/** Given to `npm run open`. */
export type PageName = (typeof PAGE_NAMES)[number];

/** What the pages depend on besides the stack's outputs. */
export interface PageFacts {
  /** Whether the Argo server was built for the embedded lab, without its dashboard. */
  readonly embedded: boolean;
}

/** All pages of a lab. */
export function pagesOf(outputs: LabOutputs, { embedded }: PageFacts): Page[] {
  const { namespace, appRepository, registeredModel } = outputs;
  return [
    {
      name: "staging",
      url: outputs.staging.externalUrl,
      what: "GourmetGram in staging: upload a picture of food, get its class",
      notes: ["/version tells which model version and which image serve"],
    },
    {
      name: "mlflow",
      url: outputs.mlflowExternalUrl,
      what: `MLflow: training runs, and the versions of ${registeredModel.name} with their aliases`,
      notes: [],
    },
    {
      name: "argo",
      url: outputs.argoServerUrl,
      what: embedded ? "the Argo server's API" : "Argo's dashboard: the workflows, their steps and logs",
      notes: embedded
        ? [
            "the embedded lab's Argo server has no dashboard; the command line shows the same:",
            `npm run argo -- list -n ${namespace}`,
            `npm run argo -- get -n ${namespace} @latest`,
            `npm run argo -- logs -n ${namespace} @latest`,
          ]
        : [
            "it signs nobody in unasked; a token for it, as a student:",
            `npm run kubectl -- create token student -n ${namespace} (paste it with "Bearer " before it)`,
          ],
    },
    {
      name: "repository",
      url: appRepository.externalUrl,
      what: `the application's source, for git; ${appRepository.branch} is the branch that is built`,
      notes: [
        `git clone ${appRepository.externalUrl}`,
        ...(appRepository.username === null
          ? []
          : [
              `pushing asks for the user ${appRepository.username} and the password that this prints:`,
              "npm run pulumi -- stack output appRepositoryPassword --show-secrets",
            ]),
      ],
    },
  ];
}
