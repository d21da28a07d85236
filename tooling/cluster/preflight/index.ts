/** What the machine and its Docker have to be like, looked at before anything is changed. */
export { type Check, type Obstacle, warningOf } from "./check";
export { checkDocker, checkMemory, checkPlace, checkUserNamespaces, requireDockerForImages } from "./docker";
export { checkDisk, checkDockerDisk } from "./disk";
export { checkMachine, MachineError, requireMachine } from "./machine";
export { checkBuilds, checkKind, checkPackageSources } from "./parts";
export { checkPorts } from "./ports";
