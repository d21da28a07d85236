/** BuildKit, which builds the application's images in the cluster. */
export { BUILDKIT_PORT, BUILDKIT_RESOURCES } from "./builder-pod";
export { BUILDKIT, Builder } from "./builder";
