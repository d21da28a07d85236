import assert from "node:assert/strict";
import type { Delivery } from "../../../../../tooling/live/delivery/delivery";
import { type TextOptions, textOfDelivery } from "../../../../../tooling/live/delivery/delivery-text";
import { OUTPUTS } from "../../../../support/lab-outputs";

const DIGEST = `sha256:${"0".repeat(64)}`;
const IMAGE = `localhost:30500/gourmetgram-app@${DIGEST}`;
const CODE = "c".repeat(40);
const APP = "1".repeat(40);

const WHOLE: Delivery = {
  run: {
    name: "train-model-push-cccccccc",
    verdict: "succeeded",
    trigger: "push",
    title: "Push of ccccccc to mlops",
    started: "2026-11-26T14:03:10.000Z",
    ended: "2026-11-26T14:05:40Z",
    url: "https://localhost:30746/workflows/lab/train-model-push-cccccccc",
    build: { name: "build-y", url: "https://localhost:30746/workflows/lab/build-y" },
  },
  training: { commit: CODE, branch: "mlops", image: "train@sha256:1" },
  model: { version: "7", url: "http://localhost:30800/#/models/m/versions/7", registered: true },
  aliases: { development: "7", staging: "7" },
  application: { commit: APP },
  image: { digest: DIGEST, reference: IMAGE },
  staging: {
    url: "http://localhost:30081",
    serves: {
      modelVersion: "7",
      image: IMAGE,
      commit: APP,
      workflow: "build-y",
      since: "2026-11-26T14:05:20.000Z",
    },
    rollsOut: null,
    ofThisRun: true,
  },
  prediction: "Soup",
  at: [],
  unanswered: [],
};

const NOTHING: Delivery = {
  ...WHOLE,
  run: null,
  training: { commit: null, branch: null, image: null },
  model: null,
  aliases: {},
  application: { commit: null },
  image: null,
  staging: { ...WHOLE.staging, serves: null, ofThisRun: false },
  prediction: null,
};

const text = (change: Partial<Delivery> = {}, options: Partial<TextOptions> = {}, of = WHOLE): string =>
  textOfDelivery({ ...of, ...change }, { model: OUTPUTS.registeredModel, ...options });

/** The row of that name, its lines as one. */
const row = (name: string, change: Partial<Delivery> = {}, of = WHOLE): string => {
  const [, found] = new RegExp(`^  ${name}: +((?:.*(?:\\n {19}.*)*))`, "m").exec(text(change, {}, of)) ?? [];
  return (found ?? "").replace(/\n +/g, " | ");
};

const run = (change: Partial<NonNullable<Delivery["run"]>>): Partial<Delivery> =>
  WHOLE.run === null ? {} : { run: { ...WHOLE.run, ...change } };

describe("delivery: text", () => {
  it("is a row for each part of the way, with the addresses", () => {
    assert.equal(
      text(),
      `train-model-push-cccccccc succeeded.
  started:         2026-11-26 14:03, ended 2026-11-26 14:05 UTC by push (Push of ccccccc to mlops)
                   https://localhost:30746/workflows/lab/train-model-push-cccccccc
  training code:   commit ${CODE} of branch mlops
                   train@sha256:1
  model version:   7, alias development, staging
                   http://localhost:30800/#/models/m/versions/7
  application:     commit ${APP}
                   https://localhost:30746/workflows/lab/build-y
  image:           ${DIGEST}
  test picture:    Soup
  staging:         serves version 7 of this run since 2026-11-26 14:05 UTC
                   http://localhost:30081`,
    );
  });

  it("breaks lines between words for a terminal, and no address", () => {
    const lines = text({}, { width: 60 }).split("\n");
    assert.deepEqual(lines.slice(1, 4), [
      "  started:         2026-11-26 14:03, ended 2026-11-26 14:05",
      "                   UTC by push (Push of ccccccc to mlops)",
      "                   https://localhost:30746/workflows/lab/train-model-push-cccccccc",
    ]);
    for (const line of lines) assert.ok(line.length <= 60 || line.trim().split(/\s+/).length <= 2, line);
  });

  it("says that nothing has run, and what starts something", () => {
    assert.equal(
      text({}, {}, NOTHING),
      "Nothing has run yet: npm run train\n  staging:         nothing serves",
    );
  });

  it("says how the run has ended, and where it stopped or goes on", () => {
    const at = [{ run: "build-y", step: "deploy-to-staging", message: "OOMKilled" }];
    assert.match(text({ ...run({ verdict: "failed" }), at }), /^train-model-push-cccccccc FAILED\.\n/);
    assert.equal(
      row("stopped at", { ...run({ verdict: "failed" }), at }),
      "step deploy-to-staging of build-y: OOMKilled",
    );
    assert.equal(
      row("goes on at", { ...run({ verdict: "running" }), at: [{ run: "x", step: "clone", message: "" }] }),
      "step clone of x",
    );
    assert.equal(
      row("goes on at", { ...run({ verdict: "running" }), at: [{ run: "x", step: "", message: "waits" }] }),
      "x: waits",
    );
    assert.match(text(run({ verdict: "stopped-by-gate" })), /ended at the accuracy gate/);
    assert.match(text(run({ verdict: null })), /is not in Argo any more, .* It has left:\n/);
  });

  it("tells the lab's own code from a commit, and a branch whose commit is not known yet", () => {
    assert.equal(
      row("training code", { training: { commit: null, branch: null, image: "train@sha256:1" } }),
      "the lab's own | train@sha256:1",
    );
    assert.equal(
      row("training code", { training: { commit: null, branch: "mlops", image: null } }),
      "branch mlops",
    );
    assert.equal(row("training code", { training: { commit: null, branch: null, image: null } }), "");
  });

  it("tells where the aliases are, of a version that has none too", () => {
    const model = (aliases: Delivery["aliases"]): string => row("model version", { aliases });
    const address = " | http://localhost:30800/#/models/m/versions/7";
    assert.equal(
      model({ development: "6", staging: "7" }),
      `7, alias staging; development is version 6${address}`,
    );
    assert.equal(
      model({ development: "8", staging: "6" }),
      `7, without an alias; development is version 8; staging is version 6${address}`,
    );
    assert.equal(model({}), `7, without an alias${address}`);
    assert.equal(model(null), `7, its aliases are not known${address}`);
    const deleted = WHOLE.model && { ...WHOLE.model, registered: false };
    assert.equal(row("model version", { model: deleted }), "7, which MLflow does not have (any more)");
    assert.equal(row("model version", { ...run({ verdict: "running" }), model: null }), "none yet");
    assert.equal(row("model version", { ...run({ verdict: "failed" }), model: null }), "none was registered");
  });

  it("tells whether an image was built", () => {
    const unbuilt = { application: { commit: null }, image: null };
    assert.match(row("image", { ...unbuilt, ...run({ verdict: "failed" }) }), /^none was built \| https/);
    assert.match(row("image", { ...unbuilt, ...run({ verdict: "running" }) }), /^not built yet \| https/);
    assert.equal(row("image", { ...unbuilt, ...run({ verdict: "failed" }), model: null }), "");
  });

  it("tells what serves where that is not of this run", () => {
    const staging = (change: Partial<Delivery["staging"]>): string =>
      row("staging", { staging: { ...WHOLE.staging, ofThisRun: false, ...change } });
    const { serves } = WHOLE.staging;
    assert.ok(serves !== null);
    assert.match(
      staging({ serves: { ...serves, modelVersion: "6", image: "app@sha256:9", workflow: "build-old" } }),
      /^serves version 6 \(sha256:9\), deployed by build-old, since 2026-11-26 14:05 UTC \|/,
    );
    assert.match(
      staging({ serves: { ...serves, workflow: "build-z" } }),
      /^serves version 7, this image, deployed by build-z, since /,
    );
    assert.match(
      staging({ serves: { ...serves, workflow: null, since: null } }),
      /^serves version 7, this image \|/,
    );
    assert.match(
      staging({ rollsOut: { modelVersion: "8", image: "app@sha256:8", commit: APP, workflow: "build-z" } }),
      /; set by build-z to run version 8, which does not serve \(yet\)/,
    );
  });

  it("names what did not answer, and takes it for nothing else", () => {
    const away = [
      { part: "argo", reason: "away" },
      { part: "mlflow", reason: "gone" },
      { part: "staging", reason: "silent" },
    ] as const;
    const all = text({ unanswered: away, aliases: null }, {}, NOTHING);
    assert.match(all, /^Which run was the last is not known\.\n/);
    assert.match(all, /^ {2}staging: +what serves is not known$/m);
    assert.match(all, /^ {2}no answer: +Argo: away$/m);
    assert.match(all, /^ {2}no answer: +MLflow: gone$/m);
    assert.match(
      text({ ...run({ verdict: null }), unanswered: away.slice(0, 1) }),
      /^Which run was the last is not known\. train-model-push-cccccccc has made the newest version/,
    );
    assert.match(text({ unanswered: away.slice(1, 2) }, {}, NOTHING), /^No run is in Argo\.\n/);
    assert.match(
      text({ model: WHOLE.model }, {}, NOTHING),
      /^No run is in Argo\. The newest version in MLflow is 7\.\n/,
    );
  });

  it("tells what does not answer from this machine, and what helps", () => {
    assert.match(
      text({}, { silent: ["http://localhost:30800", "http://localhost:30081"] }),
      /\n {2}from here: +nothing answers at http:\/\/localhost:30800, http:\/\/localhost:30081; use: npm run open$/,
    );
  });
});
