/** Names that follow from a student's name, which distinguishes the students of a class. */
import type * as pulumi from "@pulumi/pulumi";

/** The label of everything that belongs to one student; its value is the student's name. */
export const STUDENT_LABEL = "gourmetgram.dev/student";

/** The namespaces of a student. */
export interface StudentNamespaces {
  /** Of MLflow, the workflows and the training runs. */
  readonly platform: string;
  /** Of the application in staging. */
  readonly staging: string;
}

/**
 * The namespaces of a student.
 *
 * @param student Name of at most 40 characters, so that the longest one is a DNS label.
 */
export function studentNamespaces(student: string): StudentNamespaces {
  return { platform: `gourmetgram-${student}`, staging: `gourmetgram-${student}-staging` };
}

/** The namespaces that something serves: the one of a lab, or those of all students of a class. */
export type ServedNamespaces = { readonly namespace: pulumi.Input<string> } | "students";
