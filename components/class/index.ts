/** What a class adds: access, network policies and names for each student, and what guards the base. */
export { BASE_GUARD, BASE_LABELS, BaseGuard, baseUsage } from "./base-guard";
export { BASE_PRIORITY, BASE_PRIORITY_VALUE, basePriority } from "./base-priority";
export { STUDENT_LABEL, type ServedNamespaces, studentNamespaces } from "./class-names";
export { LabNetwork } from "./lab-network";
export { ACCESS_TARGET, StudentAccess } from "./student-access";
export { StudentNetwork } from "./student-network";
export { portOf } from "./student-policies";
