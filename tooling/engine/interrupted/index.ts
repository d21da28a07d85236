/** What a command finds that was killed: locks that nobody holds, and half of a change. */
export { recoverLab } from "./lab";
export { type InterruptedStack, recover } from "./recover";
