import type { LabOutputs } from "../../../stacks";

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

export function pagesOf(outputs: LabOutputs): Page[] {
  const { appRepository, registeredModel } = outputs;
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
      what: "Argo's dashboard: the workflows, their steps and logs",
      notes: ["the browser warns, as the certificate is the server's own: continue to the page"],
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
