/** What a class adds: access, network policies, admission policies and names for each student, and what guards the base. */
export { STUDENT_LEVEL, studentFlow, studentLevel } from "./admission/api-fairness";
export { STUDENT_POLICIES, StudentAdmission } from "./admission/student-admission";
export { BASE_GUARD, BASE_LABELS, BaseGuard, baseUsage } from "./base/base-guard";
export { BASE_PRIORITY, BASE_PRIORITY_VALUE, basePriority } from "./base/base-priority";
export { STUDENT_LABEL, type ServedNamespaces, studentNamespaces } from "./class-names";
export { LabNetwork } from "./network/lab-network";
export { ACCESS_TARGET } from "./access/bound-token";
export { StudentAccess } from "./access/student-access";
export { StudentNetwork } from "./network/student-network";
export { portOf } from "./network/student-policies";
