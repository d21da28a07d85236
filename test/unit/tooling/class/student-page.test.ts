import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { LabOutputs } from "../../../../stacks/outputs/outputs";
import { writePages } from "../../../../tooling/class/view/class-pages";
import { forwardOf, studentPage } from "../../../../tooling/class/view/student-page";
import { temporaryFolder } from "../../../support/temporary-folder";
import { fakeClass, studentsNamed } from "./fake-class";

const service = (name: string, namespace: string, port: number): string =>
  `http://${name}.${namespace}.svc.cluster.local:${port}`;

const OUTPUTS = {
  namespace: "gourmetgram-alice",
  mlflowUrl: service("mlflow", "gourmetgram-alice", 8000),
  mlflowExternalUrl: "",
  registry: {},
  trainingImage: {},
  workflowTemplates: { train: "train-model", build: "build-container-image" },
  schedule: { name: "train-nightly", cron: "17 2 * * *", timezone: "Europe/Berlin", suspended: false },
  argoServerUrl: "https://localhost:30746",
  submitTraining: "",
  rights: [],
  workloads: {},
  registeredModel: {},
  staging: {
    namespace: "gourmetgram-alice-staging",
    url: service("gourmetgram", "gourmetgram-alice-staging", 8000),
  },
  appRepository: {
    url: `${service("app-repository", "gourmetgram-alice", 8080)}/gourmetgram.git`,
    branch: "main",
    username: "student",
  },
  trainRepository: {
    url: `${service("app-repository", "gourmetgram-alice", 8080)}/gourmetgram-train.git`,
    branch: "mlops",
  },
  builder: {},
  footprint: {},
} as unknown as LabOutputs;

const FACTS = {
  student: "alice",
  outputs: OUTPUTS,
  kubeconfig: "alice.kubeconfig",
  pushPassword: "s3cret",
  now: new Date("2026-01-01T12:00:00Z"),
};

describe("class: pages", () => {
  it("gives the ways to each place", () => {
    const page = studentPage(FACTS);
    for (const line of [
      "# GourmetGram lab of alice",
      "kubectl port-forward -n gourmetgram-alice service/mlflow 8000:8000",
      "kubectl port-forward -n gourmetgram-alice-staging service/gourmetgram 8080:8000",
      "kubectl port-forward -n gourmetgram-alice service/app-repository 8081:8080",
      "git clone http://student@localhost:8081/gourmetgram.git",
    ]) {
      assert.ok(
        page.split("\n").some((each) => each.trim() === line),
        `${line}\n---\n${page}`,
      );
    }
    assert.match(page, /the password `s3cret`/);
    assert.match(page, /git clone --branch mlops http:\/\/student@localhost:8081\/gourmetgram-train\.git/);
  });

  it("leads to Argo's dashboard, and prints what to log in with", () => {
    const page = studentPage(FACTS);
    for (const line of [
      "ssh -N -L 30746:127.0.0.1:30746 YOU@MACHINE",
      `kubectl config view --raw --minify -o 'jsonpath=Bearer {.users[0].user.token}{"\\n"}'`,
      "If a page asks for a namespace, it is `gourmetgram-alice`.",
    ]) {
      assert.ok(page.includes(`\n${line}\n`), `${line}\n---\n${page}`);
    }
    assert.match(page, /<https:\/\/localhost:30746> shows your runs/);
  });

  it("needs no way to a dashboard that is not at the class's machine alone, and no token that is not there", () => {
    const outputs = { ...OUTPUTS, argoServerUrl: "https://lab.example.org:30746" };
    const page = studentPage({ ...FACTS, outputs, kubeconfig: undefined });
    assert.match(page, /<https:\/\/lab\.example\.org:30746> shows your runs/);
    assert.doesNotMatch(page, /ssh |kubectl config/);
    assert.match(page, /ask your teacher for a token/);
  });

  it("tells how to submit, follow, retry and stop, and when it trains by itself", () => {
    const page = studentPage(FACTS);
    for (const command of [
      "argo submit -n gourmetgram-alice --from workflowtemplate/train-model --watch",
      "argo logs -n gourmetgram-alice @latest --follow",
      "argo retry -n gourmetgram-alice NAME",
      "argo stop -n gourmetgram-alice NAME",
    ]) {
      assert.ok(page.includes(`\n${command} `), command);
    }
    assert.match(page, /- 2026-01-02 02:17 \(Europe\/Berlin\)\n- 2026-01-03 02:17/);
    const schedule = { ...OUTPUTS.schedule, suspended: true };
    assert.match(studentPage({ ...FACTS, outputs: { ...OUTPUTS, schedule } }), /rests: nothing is trained/);
  });

  it("leaves out what is someone else's", () => {
    const appRepository = { ...OUTPUTS.appRepository, url: "https://git.example.org/a.git", username: null };
    const page = studentPage({
      ...FACTS,
      outputs: { ...OUTPUTS, appRepository },
      kubeconfig: undefined,
      pushPassword: null,
    });
    assert.match(page, /Ask your teacher for a kubeconfig/);
    assert.match(page, /Branch `main` of <https:\/\/git\.example\.org\/a\.git> is built/);
    assert.equal(forwardOf("https://git.example.org/a.git"), undefined);
    assert.equal(forwardOf("https://github.com/a.git"), undefined);
  });

  it("writes page and kubeconfig for their owner alone", async () => {
    const context = fakeClass(studentsNamed("alice", "bob"));
    const found = { ...OUTPUTS, studentKubeconfig: "apiVersion: v1\n", appRepositoryPassword: "s3cret" };
    context.runner.existing.set("dev-alice", found);
    const folder = temporaryFolder("pages");
    const outcomes = await writePages(context, folder, FACTS.now);
    assert.deepEqual(
      outcomes.map(({ result, detail }) => `${result}: ${detail}`),
      [`done: ${join(folder, "alice.md")}`, "failed: there is no stack yet: run up"],
    );
    assert.equal(readFileSync(join(folder, "alice.md"), "utf8"), studentPage(FACTS));
    assert.equal(readFileSync(join(folder, "alice.kubeconfig"), "utf8"), "apiVersion: v1\n");
    for (const name of ["alice.md", "alice.kubeconfig"]) {
      assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
    }
  });
});
