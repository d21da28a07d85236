/** Who may do what in the lab's namespaces. */
export { Rbac } from "./rbac";
export { ACCOUNTS, type Right, RIGHTS, type Rule } from "./rights";
