import * as check from "../values/checks";
import { SCOPES } from "../key";
import { every, lab, student, labAndStudent } from "./scopes";

export const STACK = {
  scope: every.choice(
    '"lab" for everything in one stack. For a class on one cluster, "base" for the stack that all ' +
      'students share, and "student" for the stack of each student.',
    SCOPES,
    "lab",
  ),
  student: student.optional(
    "Name of the student whose stack this is. Namespaces, images and addresses follow from it.",
    "alice",
    check.studentName,
  ),
  baseStack: student.optional(
    'The base stack of the class, in the same backend. Needed with the scope "student".',
    "dev-base",
    check.stackName,
  ),
  size: labAndStudent.choice(
    "Size of MLflow and the training runs. One of small, medium and large.",
    ["small", "medium", "large"],
    "medium",
  ),
  budgetCpu: every.optional(
    "Cores that the stack may request at most, its runs included. Empty for no limit.",
    "4",
    check.cpuQuantity,
  ),
  budgetMemory: every.optional(
    "Memory that the stack may request at most, its runs included. Empty for no limit.",
    "8Gi",
    check.quantity,
  ),
  budgetStorage: every.optional(
    "Storage that the stack's volumes may have at most, its runs included. Empty for no limit.",
    "20Gi",
    check.quantity,
  ),
  studentTokenDays: student.integer(
    "Days for which a student's kubeconfig is valid. An up issues a new one once half of that time has passed.",
    120,
    [1, 365],
  ),
  keepData: every.flag(
    "Whether the volumes with data, and the passwords that open them, stay in the cluster when the stack is destroyed. " +
      "The next stack of that name uses them again.",
  ),
  namespace: lab.text(
    "Namespace of MLflow, the workflows and the training runs. The stack creates it.",
    "gourmetgram-platform",
    check.namespaceName,
  ),
  storageClass: every.optional(
    "Storage class of every volume. Empty for the cluster's default class.",
    "standard",
    check.dnsSubdomain,
  ),
  externalHost: every.text(
    "Host name or IP address under which the cluster's node ports are reached from outside, for the " +
      "addresses that people open. Images are pushed to registryPushAddress.",
    "localhost",
    check.host,
  ),
};
