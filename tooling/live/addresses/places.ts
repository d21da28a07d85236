/** The addresses of a lab outside its cluster, and the Services that they lead to. */
import type { LabOutputs } from "../../../stacks";
import type { PageName } from "./lab-pages";
import { serviceOf, type ServicePort } from "./service";

/** What a machine outside the cluster talks to. */
export type PlaceName = PageName | "registry";

/** An address outside the cluster. */
export interface Place {
  readonly name: PlaceName;
  /** For people. */
  readonly label: string;
  readonly url: string;
  /** The Service that it leads to. @default the one that has the address's port as node port */
  readonly service: ServicePort | undefined;
  /** The command that may bring something there, where it is not a fault that nothing serves. */
  readonly whenIdle?: string;
  /** The outputs with another address for it. */
  readonly replacedIn: (outputs: LabOutputs, url: string) => LabOutputs;
}

/** The places of a lab that are in its cluster: not a repository or a registry elsewhere. */
export function placesOf({
  staging,
  mlflowUrl,
  mlflowExternalUrl,
  argoServerUrl,
  appRepository,
  registry,
}: LabOutputs): Place[] {
  const repository = serviceOf(appRepository.url);
  return [
    {
      name: "staging",
      label: "staging",
      url: staging.externalUrl,
      service: serviceOf(staging.url),
      whenIdle: "npm run train",
      replacedIn: (outputs, externalUrl) => ({ ...outputs, staging: { ...outputs.staging, externalUrl } }),
    },
    {
      name: "mlflow",
      label: "MLflow",
      url: mlflowExternalUrl,
      service: serviceOf(mlflowUrl),
      replacedIn: (outputs, url) => ({ ...outputs, mlflowExternalUrl: url }),
    },
    {
      name: "argo",
      label: "the Argo server",
      url: argoServerUrl,
      // Of an Argo that existed already the stack knows the address inside the cluster alone.
      service: serviceOf(argoServerUrl),
      replacedIn: (outputs, url) => ({ ...outputs, argoServerUrl: url }),
    },
    ...(repository === undefined
      ? []
      : [
          {
            name: "repository" as const,
            label: "the application's repository",
            url: appRepository.externalUrl,
            service: repository,
            replacedIn: (outputs: LabOutputs, externalUrl: string) => ({
              ...outputs,
              appRepository: { ...outputs.appRepository, externalUrl },
              trainRepository: outputs.trainRepository && {
                ...outputs.trainRepository,
                // The same server.
                externalUrl: new URL(new URL(outputs.trainRepository.url).pathname, externalUrl).href,
              },
            }),
          },
        ]),
    ...(registry.own
      ? [
          {
            name: "registry" as const,
            label: "the registry",
            url: `http://${registry.forPushing}`,
            service: serviceOf(`http://${registry.inCluster}`),
            replacedIn: (outputs: LabOutputs, url: string) => ({
              ...outputs,
              registry: { ...outputs.registry, forPushing: new URL(url).host },
            }),
          },
        ]
      : []),
  ];
}
