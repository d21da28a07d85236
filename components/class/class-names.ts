/** Names that follow from a student's name, which distinguishes the students of a class. */
import type * as pulumi from "@pulumi/pulumi";

/** The label of everything that belongs to one student; its value is the student's name. */
export const STUDENT_LABEL = "gourmetgram.dev/student";

export interface StudentNamespaces {
  /** Of MLflow, the workflows and the training runs. */
  readonly platform: string;
  /** Of the application in staging. */
  readonly staging: string;
  /** Of BuildKit. */
  readonly build: string;
}

/**
 * The namespaces of a student.
 *
 * @param student Name of at most 40 characters, so that the longest one is a DNS label.
 */
export function studentNamespaces(student: string): StudentNamespaces {
  const platform = `gourmetgram-${student}`;
  return { platform, staging: `${platform}-staging`, build: `${platform}-build` };
}

/** The namespaces that something serves: the one of a lab, or those of all students of a class. */
export type ServedNamespaces = { readonly namespace: pulumi.Input<string> } | "students";
