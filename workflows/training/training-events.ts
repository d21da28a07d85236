import type { Input } from "@pulumi/pulumi";
import { type EventBindingManifest, eventBinding } from "../../packages/argo-workflows";
import { PUSH_EVENT, TRIGGER_LABEL } from "../../components/argo";
import type { TrainTemplate } from "./train-model";

/** Name of the training code's repository, on whatever server it is. */
const REPOSITORY = "gourmetgram-train";

const TITLE = "workflows.argoproj.io/title";
const DESCRIPTION = "workflows.argoproj.io/description";

/**
 * A push to the training code, as GitHub and GitLab tell of it. The name of the run is that of the commit, so that a
 * commit that is told of twice trains once. Nine digits would make it look like a scheduled run, which a class refuses.
 */
function trainOnPush(template: TrainTemplate, namespace: Input<string>): EventBindingManifest {
  const isPush = `(metadata["x-github-event"] == ["push"] || metadata["x-gitlab-event"] == ["Push Hook"])`;
  return eventBinding(
    "train-on-push",
    {
      template,
      selector: [
        `discriminator == "${PUSH_EVENT}"`,
        isPush,
        `payload.repository?.name == "${REPOSITORY}"`,
        `(payload.ref ?? "") startsWith "refs/heads/"`,
        // The lab's own code never trains by a push.
        `payload.ref != "refs/heads/course"`,
        // Of a branch that was deleted.
        `!((payload.after ?? "0000000") startsWith "0000000")`,
      ].join(" && "),
      runName: `"train-model-push-" + payload.after[0:8]`,
      labels: { [TRIGGER_LABEL]: `"push"` },
      annotations: {
        [TITLE]: `"Push of " + payload.after[0:7] + " to " + payload.ref[11:]`,
        [DESCRIPTION]: `payload.head_commit?.message ?? "no message"`,
      },
      arguments: {
        branch: "payload.ref[11:]",
        commit: "payload.after",
        "train-repository": "payload.repository.clone_url ?? payload.repository.git_http_url",
      },
    },
    namespace,
  );
}

/** New data: `{"dataset": "food11", "version": "2026-11"}`. The same version of a data set trains once. */
function trainOnNewData(template: TrainTemplate, namespace: Input<string>): EventBindingManifest {
  return eventBinding(
    "train-on-new-data",
    {
      template,
      selector: `discriminator == "new-data" && payload.dataset != nil && payload.version != nil`,
      runName: `"train-model-data-" + sprig.sha256sum(string(payload.dataset) + "@" + string(payload.version))[0:8]`,
      labels: { [TRIGGER_LABEL]: `"new-data"` },
      annotations: {
        [TITLE]: `"New data: " + string(payload.dataset) + " " + string(payload.version)`,
      },
    },
    namespace,
  );
}

/**
 * A model that got worse, as Alertmanager tells of an alert. It repeats itself as long as the alert fires, and one
 * alert seldom comes alone: whatever it tells, one training starts in an hour of the clock (UTC).
 */
function trainOnDegradation(template: TrainTemplate, namespace: Input<string>): EventBindingManifest {
  return eventBinding(
    "train-on-degradation",
    {
      template,
      selector: `discriminator == "model-degraded" && payload.status == "firing"`,
      runName: `"train-model-degraded-" + now().UTC().Format("2006-01-02-15")`,
      labels: { [TRIGGER_LABEL]: `"model-degraded"` },
      annotations: {
        [TITLE]: `"Alert: " + (payload.commonLabels?.alertname ?? "the model got worse")`,
        [DESCRIPTION]: `payload.commonAnnotations?.summary ?? "no summary"`,
      },
    },
    namespace,
  );
}

/** What starts a training besides people and the clock. */
export function trainingEvents(template: TrainTemplate, namespace: Input<string>): EventBindingManifest[] {
  return [trainOnPush, trainOnNewData, trainOnDegradation].map((each) => each(template, namespace));
}
