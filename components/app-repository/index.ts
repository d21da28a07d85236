/** The git repository of the application: the lab's own git server, or one elsewhere. */
export { AppRepository } from "./app-repository";
export type { AppSource } from "./app-source";
export { externalAppRepository } from "./external-app-repository";
export { GIT_SERVER_NAME, GIT_SERVER_PORT, TRAINING_BRANCH } from "./git-server-pod";
