/** Events with the members that their senders document, of which the lab's bindings look at a few. */
import type { Event } from "./sending";

/** What differs between two events of a push. */
export interface PushFacts {
  readonly repository: string;
  /** With `refs/heads/` or `refs/tags/`. */
  readonly ref: string;
  /** In full; forty zeros for a branch that was deleted. */
  readonly commit: string;
}

/** No commit: before a branch is created, and after it is deleted. */
export const NO_COMMIT = "0".repeat(40);
const BEFORE = "6113728f27ae82c7b1a177c8d03f9e96e0adf246";

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#push */
export function githubPush({ repository, ref, commit }: PushFacts): Event {
  const deleted = commit === NO_COMMIT;
  const head = {
    id: commit,
    tree_id: "31b122c26a97cf9af023e9ddab94a82c6e77b0ea",
    distinct: true,
    message: "Verify",
    timestamp: "2026-11-26T16:00:00+01:00",
    author: { name: "Monalisa", email: "monalisa@example.org", username: "monalisa" },
    committer: { name: "GitHub", email: "noreply@github.com", username: "web-flow" },
    added: [],
    removed: [],
    modified: ["flow.py"],
  };
  return {
    kind: "push",
    headers: { "X-GitHub-Event": "push" },
    body: {
      ref,
      before: BEFORE,
      after: commit,
      repository: {
        id: 186853002,
        name: repository,
        full_name: `monalisa/${repository}`,
        private: false,
        html_url: `https://github.invalid/monalisa/${repository}`,
        clone_url: `https://github.invalid/monalisa/${repository}.git`,
        default_branch: "mlops",
      },
      pusher: { name: "monalisa", email: "monalisa@example.org" },
      sender: { login: "monalisa", id: 21031067, type: "User" },
      created: false,
      deleted,
      forced: false,
      base_ref: null,
      compare: `https://github.invalid/monalisa/${repository}/compare/6113728f27ae...${commit.slice(0, 12)}`,
      commits: deleted ? [] : [head],
      head_commit: deleted ? null : head,
    },
  };
}

/** What GitHub sends first to a new address. https://docs.github.com/en/webhooks/webhook-events-and-payloads#ping */
export function githubPing(repository: string): Event {
  return {
    kind: "push",
    headers: { "X-GitHub-Event": "ping" },
    body: {
      zen: "Keep it logically awesome.",
      hook_id: 109948940,
      hook: { type: "Repository", id: 109948940, name: "web", active: true, events: ["push"] },
      repository: { name: repository, clone_url: `https://github.invalid/monalisa/${repository}.git` },
    },
  };
}

/** https://docs.gitlab.com/user/project/integrations/webhook_events/#push-events, and of a tag below it. */
export function gitlabPush({ repository, ref, commit }: PushFacts): Event {
  const isTag = ref.startsWith("refs/tags/");
  const address = `https://gitlab.invalid/mike/${repository}`;
  return {
    kind: "push",
    headers: { "X-Gitlab-Event": isTag ? "Tag Push Hook" : "Push Hook" },
    body: {
      object_kind: isTag ? "tag_push" : "push",
      event_name: isTag ? "tag_push" : "push",
      before: BEFORE,
      after: commit,
      ref,
      ref_protected: true,
      checkout_sha: commit,
      user_id: 4,
      user_name: "Mike",
      user_username: "mike",
      project_id: 15,
      project: {
        id: 15,
        name: repository,
        web_url: address,
        git_http_url: `${address}.git`,
        path_with_namespace: `mike/${repository}`,
        default_branch: "mlops",
      },
      commits: [
        {
          id: commit,
          message: "Verify",
          title: "Verify",
          timestamp: "2026-11-26T16:00:00+01:00",
          url: `${address}/-/commit/${commit}`,
          author: { name: "Mike", email: "mike@example.org" },
          added: [],
          modified: ["flow.py"],
          removed: [],
        },
      ],
      total_commits_count: 1,
      repository: {
        name: repository,
        url: `git@gitlab.invalid:mike/${repository}.git`,
        description: "",
        homepage: address,
        git_http_url: `${address}.git`,
        git_ssh_url: `git@gitlab.invalid:mike/${repository}.git`,
        visibility_level: 0,
      },
    },
  };
}

/** https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
export function alert(status: "firing" | "resolved", alertname: string): Event {
  const labels = { alertname, severity: "warning" };
  const annotations = { summary: "The accuracy is below 0.8" };
  return {
    kind: "model-degraded",
    headers: { "User-Agent": "Alertmanager/0.28.1" },
    body: {
      version: "4",
      groupKey: `{}:{alertname="${alertname}"}`,
      truncatedAlerts: 0,
      status,
      receiver: "train",
      groupLabels: { alertname },
      commonLabels: labels,
      commonAnnotations: annotations,
      externalURL: "http://alertmanager:9093",
      alerts: [
        {
          status,
          labels,
          annotations,
          startsAt: "2026-11-26T15:00:00Z",
          endsAt: status === "firing" ? "0001-01-01T00:00:00Z" : "2026-11-26T16:00:00Z",
          generatorURL: "http://prometheus:9090/graph",
          fingerprint: "c68f3c2c8f9a7d3e",
        },
      ],
    },
  };
}

/** What a data pipeline sends. @param version left out, the event says too little */
export function newData(dataset: string, version?: string): Event {
  return { kind: "new-data", body: { dataset, ...(version === undefined ? {} : { version }) } };
}
