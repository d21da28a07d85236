import { listRepositories, removeRepositories } from "./registry-repositories";

/** The repositories of a registry whose names begin with a prefix. */
export interface RegistryAccess {
  readonly listRepositories: (prefix: string) => Promise<string[]>;
  readonly removeRepositories: (prefix: string) => Promise<unknown>;
}

/** The registry of the class's cluster. */
export const clusterRegistry: RegistryAccess = {
  listRepositories: (prefix) => listRepositories(prefix),
  removeRepositories: (prefix) => removeRepositories(prefix),
};

/** What a student's repositories begin with. */
export const repositoryPrefix = (student: string): string => `${student}/`;
