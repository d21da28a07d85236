import { recorded, resetMocks, setConfig } from "../../../support/mocks";
import { runProgram } from "../../../support/program";
import { BASE_OUTPUT } from "../../../support/providers";
import assert from "node:assert/strict";

const ALICE = { scope: "student", student: "alice", baseStack: "dev-base" };
const EXTERNAL = { ...BASE_OUTPUT, registry: { ...BASE_OUTPUT.registry, own: false, guarded: false } };

/** Has a student's stack use a base whose output is `base`. */
function using(base: unknown, settings: Record<string, string> = {}): void {
  resetMocks({ preview: true, base });
  setConfig({ ...ALICE, ...settings });
}

/** What a student's stack is refused with. Nothing is created then. */
async function refusalBy(base: unknown, settings: Record<string, string> = {}): Promise<string> {
  using(base, settings);
  let message = "";
  await assert.rejects(runProgram(), (error: Error) => {
    ({ message } = error);
    return true;
  });
  assert.deepEqual(await recorded(), []);
  return message;
}

describe("the base of a student's stack", () => {
  it("is refused where it is not a base, or not up", async () => {
    const message = await refusalBy(undefined);
    assert.match(message, /gourmetgram:baseStack is dev-base, which has no output "base"/);
    assert.match(message, /fix: pulumi up --stack dev-base\n/);
  });

  it("is refused where another version of the program has brought it up", async () => {
    const older = { ...BASE_OUTPUT, contract: undefined };
    assert.match(
      await refusalBy(older),
      /has the version undefined, expected 2\n {4}fix: pulumi up --stack dev-base/,
    );
    assert.match(await refusalBy({ ...BASE_OUTPUT, contract: 3 }), /has the version 3, expected 2/);
  });

  it("is refused with each field that is missing or of another type", async () => {
    const images = { ...BASE_OUTPUT.images, mlflow: undefined };
    const message = await refusalBy({
      ...BASE_OUTPUT,
      images,
      registry: { ...BASE_OUTPUT.registry, guarded: "yes" },
      argo: null,
    });
    assert.match(
      message,
      /is wrong: registry\.guarded is string, expected boolean; images\.mlflow is undefined, expected string; argo\.serverUrl is undefined, expected string; argo\.namespace is undefined/,
    );
  });

  it("may have built no git server", async () => {
    using(
      { ...BASE_OUTPUT, images: { ...BASE_OUTPUT.images, gitServer: null } },
      { appRepositoryUrl: "https://git.example.org/app.git" },
    );
    await runProgram();
  });

  it("has the same registry as the student's settings", async () => {
    assert.match(
      await refusalBy(EXTERNAL),
      /externalRegistry is missing: the base dev-base uses the external registry localhost:30500\n {4}fix: pulumi config set gourmetgram:externalRegistry localhost:30500/,
    );
    const external = { externalRegistry: "registry.example.org" };
    assert.match(
      await refusalBy(BASE_OUTPUT, external),
      /externalRegistry is registry\.example\.org, but the base dev-base has a registry in the cluster\n {4}fix: pulumi config rm/,
    );
    using(EXTERNAL, external);
    await runProgram();
    assert.ok(
      !(await recorded()).some(({ type }) => type.endsWith(":SecretPatch")),
      "no user in the cluster",
    );
  });
});
