import assert from "node:assert/strict";
import { FakeLab } from "../../../support/fake-lab";

const LIST = "stack ls --json --tag gourmetgram:class=course";
const EMPTY = { to: LIST, stdout: "[]" };
const OF_CLASS = {
  to: LIST,
  stdout: JSON.stringify(["course-base", "course-bob", "course-alice"].map((name) => ({ name }))),
};

describe("backup: which stacks it is of", () => {
  let lab: FakeLab;
  beforeEach(() => {
    lab = new FakeLab("course");
    lab.installEngine();
    // `npm run pulumi -- config set` makes it, whether or not a lab is brought up with it.
    lab.addStack("course", { "gourmetgram:cluster": "embedded" });
  });
  afterEach(() => lab.remove());

  const found = (): ReturnType<FakeLab["run"]> =>
    lab.run(
      "backup/labs/stacks",
      "findStacks(undefined).then((found) => console.log(JSON.stringify(found)))",
    );

  it("is a class with students, though its settings are in a stack of its name", async () => {
    lab.pulumi.answer(OF_CLASS);
    const { stdout, stderr } = await found();
    assert.equal(stderr, "");
    assert.deepEqual(JSON.parse(stdout), {
      kind: "class",
      name: "course",
      labs: ["alice", "bob"].map((student) => ({ stack: `course-${student}`, student })),
      settingsOf: "course-base",
    });
  });

  it("is a lab where there is no class of its name", async () => {
    lab.pulumi.answer(EMPTY);
    const { stdout } = await found();
    assert.deepEqual(JSON.parse(stdout), {
      kind: "lab",
      name: "course",
      labs: [{ stack: "course", student: null }],
      settingsOf: "course",
    });
  });
});
