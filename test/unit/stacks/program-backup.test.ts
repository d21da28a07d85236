import assert from "node:assert/strict";
import { onlyResource, promiseOf, recorded, resetMocks, setConfig } from "../../support/mocks";
import { BASE_OUTPUT } from "../../support/providers";
import { runProgram, valuesOf } from "../../support/program";
import type { BackupTarget } from "../../../stacks";

const BACKUPS = { backupSchedule: "0 3 * * *" };
const PASSPHRASE = { backupPassphrase: "several words" };

/** What the stack tells the backups of its lab. */
async function toldTarget(): Promise<{ target: BackupTarget; place: object }> {
  const { inputs, secretPaths } = await onlyResource(
    "kubernetes:core/v1:SecretPatch",
    "backup-access-target",
  );
  const [text = ""] = Object.values(inputs["data"] as Record<string, string>);
  assert.notEqual(secretPaths.length, 0);
  const { namespace, name } = inputs["metadata"] as { namespace: string; name: string };
  return {
    target: JSON.parse(Buffer.from(text, "base64").toString()) as BackupTarget,
    place: { namespace, name },
  };
}

describe("backups on a schedule", () => {
  it("are those of a lab, by the outputs that its stack has", async () => {
    resetMocks();
    setConfig(BACKUPS, PASSPHRASE);
    const outputs = await valuesOf(await runProgram());
    const { target, place } = await toldTarget();
    assert.deepEqual(place, { namespace: "gourmetgram-backup", name: "gourmetgram-backup-labs" });
    const { stack, student, registryUser, registryPassword, outputs: told } = target;
    assert.deepEqual([stack, student, registryUser, registryPassword], ["test", null, null, null]);
    assert.deepEqual(Object.keys(told).sort(), [
      "appRepository",
      "mlflowUrl",
      "namespace",
      "registeredModel",
      "registry",
      "staging",
      "trainRepository",
      "trainingImage",
      "workloads",
    ]);
    for (const [name, value] of Object.entries(told)) {
      assert.deepEqual(value, outputs[name as keyof typeof told], name);
    }
    assert.equal(JSON.stringify(outputs).includes("several words"), false);
  });

  it("are, in a class, the base's; it tells the students' stacks where", async () => {
    resetMocks({ preview: true });
    setConfig({ scope: "base", ...BACKUPS }, PASSPHRASE);
    const outputs = (await runProgram()) as unknown as Record<string, Parameters<typeof promiseOf>[0]>;
    const { backupNamespace } = (await promiseOf(outputs["base"] as never)) as typeof BASE_OUTPUT;
    assert.equal(backupNamespace, "gourmetgram-backup");
    const job = await onlyResource("kubernetes:batch/v1:CronJob");
    const { labels } = job.inputs["metadata"] as { labels: Record<string, string> };
    // So the guard keeps it while students use the base.
    assert.equal(labels["gourmetgram.dev/scope"], "base");
    assert.deepEqual(
      (await recorded()).filter(({ type }) => type.endsWith(":BackupAccess")),
      [],
    );
  });

  it("know a student's login at the registry, and are let into that student's namespaces alone", async () => {
    resetMocks({ preview: true, base: { ...BASE_OUTPUT, backupNamespace: "backups" } });
    setConfig({ scope: "student", student: "alice", baseStack: "dev-base" });
    await runProgram();
    const { target, place } = await toldTarget();
    assert.deepEqual(place, { namespace: "backups", name: "gourmetgram-backup-labs" });
    assert.equal(target.student, "alice");
    assert.deepEqual(target.registryUser, { username: "alice" });
    assert.equal(target.registryPassword?.length, 32);
    const bindings = (await recorded()).filter(
      ({ type, name }) => type.endsWith(":RoleBinding") && name.startsWith("backup-access-"),
    );
    assert.deepEqual(
      bindings.map(({ inputs }) => (inputs["metadata"] as { namespace: string }).namespace).sort(),
      ["gourmetgram-alice", "gourmetgram-alice-staging"],
    );
    assert.equal(
      (await recorded()).some(({ type }) => type.endsWith(":CronJob")),
      false,
    );
  });

  it("are nothing where the base has none", async () => {
    resetMocks({ preview: true });
    setConfig({ scope: "student", student: "alice", baseStack: "dev-base" });
    await runProgram();
    assert.deepEqual(
      (await recorded()).filter(({ name }) => name.startsWith("backup")),
      [],
    );
  });
});
