import type { Verdict } from "../runs/outcome";
import type { Unanswered } from "./sources";
import type { StagingState } from "./staging-state";

/**
 * One way from code to staging: what Argo, MLflow and staging say of it now. Its form is what `--json` prints. Null is
 * what is not there, or what nobody could look at: {@link Delivery.unanswered} tells these apart.
 */
export interface Delivery {
  readonly run: DeliveryRun | null;
  /** The training code. */
  readonly training: {
    /** Null for the lab's own code, which has no commit. */
    readonly commit: string | null;
    readonly branch: string | null;
    /** Image that trained, with its digest. */
    readonly image: string | null;
  };
  readonly model: DeliveredModel | null;
  /** The version to which each alias of the model points. */
  readonly aliases: Readonly<Record<string, string>> | null;
  /** The application, as far as it was built. */
  readonly application: { readonly commit: string | null };
  readonly image: { readonly digest: string; readonly reference: string | null } | null;
  readonly staging: DeliveryStaging;
  /** The class that staging's test was answered; null where it was not passed. */
  readonly prediction: string | null;
  /** Where it stopped and why, or what goes on. */
  readonly at: readonly Place[];
  readonly unanswered: readonly Unanswered[];
}

/** The run that trained, or a build that was submitted by itself. */
export interface DeliveryRun {
  readonly name: string;
  /** Null where Argo does not have it. */
  readonly verdict: Verdict | null;
  /** What has started it, such as `push` or the name of the schedule; null for a person. */
  readonly trigger: string | null;
  /** What Argo's page shows instead of the name. */
  readonly title: string | null;
  /** In RFC 3339. */
  readonly started: string | null;
  readonly ended: string | null;
  /** On Argo's page; null where Argo does not have it. */
  readonly url: string | null;
  /** The run that makes the image and deploys it. */
  readonly build: { readonly name: string; readonly url: string | null } | null;
}

/** A version of the registered model. */
export interface DeliveredModel {
  readonly version: string;
  /** In MLflow. */
  readonly url: string;
  /** Whether MLflow has it. */
  readonly registered: boolean | null;
}

/** Staging, which need not serve what this delivery has made. */
export interface DeliveryStaging extends Omit<StagingState, "unanswered"> {
  readonly url: string;
  /** Whether the build of this delivery deployed what serves. */
  readonly ofThisRun: boolean;
}

/** A step of a run. */
export interface Place {
  readonly run: string;
  /** Empty where it is the run as a whole. */
  readonly step: string;
  readonly message: string;
}
