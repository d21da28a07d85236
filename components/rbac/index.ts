/** Who may do what in the lab's namespaces. */
export { ACCOUNTS, RIGHTS, Rbac, type Right, type Rule } from "./rbac";
