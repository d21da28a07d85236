import type { Segment } from "../objects/node";

/** What another validator says of an object. */
export interface ValidatorDiagnostic {
  readonly rule: "argo" | "schema";
  /** Index of the object among those that were given. */
  readonly object: number;
  /** The field, as far as it is known. */
  readonly path: readonly Segment[];
  readonly message: string;
  readonly fix: string;
  /** True if the object refers to one that was not given, so that the validator cannot check it. */
  readonly isBeyond?: boolean;
}

/** The version of what has checked the objects, or why nothing has. */
export type Checked = { readonly version: string } | { readonly missing: string };

/** A validator's result, or why there is none. */
export type ValidatorResult =
  | {
      readonly version: string;
      readonly diagnostics: readonly ValidatorDiagnostic[];
      readonly missing?: undefined;
    }
  | { readonly missing: string; readonly version?: undefined; readonly diagnostics?: undefined };
