/** What students of a class may write, judged by the API server, and how much of it they have. */
export { STUDENT_LEVEL, studentFlow, studentLevel } from "./api-fairness";
export { STUDENT_POLICIES, StudentAdmission } from "./student-admission";
