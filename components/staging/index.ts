/** The staging environment of the application. */
export { APP_PORT } from "./staging-pod";
export { STAGING_DEPLOYMENT, Staging } from "./staging";
