/** BuildKit, which builds the application's images in the cluster. */
export { BUILDKIT, BUILDKIT_PORT, BUILDKIT_RESOURCES } from "./builder-pod";
export { Builder } from "./builder";
