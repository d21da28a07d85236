/** The staging environment of the application. */
export { APP_PORT, STAGING_DEPLOYMENT } from "./staging-pod";
export { Staging } from "./staging";
