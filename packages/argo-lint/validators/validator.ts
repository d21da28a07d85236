import type { Diagnostic } from "../objects/diagnostic";

/** What another validator says of an object; its path as far as it is known. */
export interface ValidatorDiagnostic extends Pick<Diagnostic, "object" | "path" | "message" | "fix"> {
  readonly rule: "argo" | "schema";
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
