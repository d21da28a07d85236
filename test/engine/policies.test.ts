import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { devDependencies } from "../../package.json";
import { RULES } from "../../policy/rules";
import { checkout } from "../support/checkout";

/** Breaks the rules over single resources. */
const unfitResources = `
const k8s = require("@pulumi/kubernetes");
const metadata = { namespace: "own" };
new k8s.core.v1.Namespace("own", {
  metadata: { name: "own", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
});
new k8s.rbac.v1.Role("everything", { metadata, rules: [{ apiGroups: ["*"], resources: ["pods"], verbs: ["get"] }] });
new k8s.apiextensions.CustomResource("workflow", {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "WorkflowTemplate",
  metadata,
  spec: {
    entrypoint: "main",
    templates: [{
      name: "main",
      container: { image: "python:latest", env: [{ name: "API_TOKEN", value: "correct-horse" }] },
    }],
  },
});
`;

/** Breaks the rules over the whole stack. */
const unfitStack = `
const k8s = require("@pulumi/kubernetes");
const { Config, unsecret } = require("@pulumi/pulumi");
const secret = new Config().requireSecret("secret");
const metadata = { namespace: "elsewhere" };
new k8s.core.v1.Secret("secret", { metadata, stringData: { value: secret } });
new k8s.core.v1.ConfigMap("settings", { metadata, data: { line: unsecret(secret).apply((value) => "x=" + value) } });
`;

/** Where no cluster and no Docker daemon is. */
const NOWHERE = { KUBECONFIG: "/nowhere/kubeconfig", DOCKER_HOST: "unix:///nowhere/docker.sock" };

// GOURMETGRAM_ENGINE_HOME is a folder as PULUMI_HOME, with the engine, its language host and the plugins.
describe("a preview under the policies", function () {
  this.timeout(180_000);
  const engineHome = process.env["GOURMETGRAM_ENGINE_HOME"];

  before(function () {
    if (engineHome === undefined) this.skip(); // GOURMETGRAM_ENGINE_HOME names no engine.
  });

  /** What a preview of a program prints that is refused. */
  async function refusal(program: string): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), "gourmetgram-policy-test-"));
    try {
      mkdirSync(join(folder, "state"));
      symlinkSync(join(checkout, "node_modules"), join(folder, "node_modules"));
      for (const [path, text] of Object.entries({
        "Pulumi.yaml": "name: policy-test\nruntime: { name: nodejs, options: { typescript: false } }\n",
        "index.js": program,
        "package.json": JSON.stringify({ name: "policy-test", version: "0.0.0", main: "index.js" }),
      })) {
        writeFileSync(join(folder, path), text);
      }
      const programs = join(engineHome ?? "", "versions", devDependencies.pulumi, "bin");
      const env = {
        PATH: [programs, process.env["PATH"]].join(delimiter),
        PULUMI_HOME: engineHome,
        PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "a passphrase for this test only",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        ...NOWHERE,
      };
      const pulumi = (...args: string[]) =>
        execa("pulumi", [...args, "--non-interactive"], { cwd: folder, env, all: true, reject: false });
      await pulumi("stack", "init", "test");
      await pulumi("config", "set", "--secret", "secret", "hunter2-of-the-policies");
      const { exitCode, all } = await pulumi("preview", "--policy-pack", join(checkout, "policy"));
      assert.notEqual(exitCode, 0, all);
      assert.match(all, /\[mandatory\]/);
      assert.doesNotMatch(all, /hunter2/);
      return all;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  const named = (text: string): string[] =>
    RULES.map(({ name }) => name).filter((name) => text.includes(name));

  it("is refused where a resource breaks a rule, and says which", async () => {
    const rules = RULES.filter((rule) => "resource" in rule).map(({ name }) => name);
    assert.deepEqual(named(await refusal(unfitResources)), rules);
  });

  it("is refused where the resources together break a rule, and says which", async () => {
    const rules = RULES.filter((rule) => "stack" in rule).map(({ name }) => name);
    assert.deepEqual(named(await refusal(unfitStack)), rules);
  });

  it("passes for a stack that was never made, where neither a cluster nor Docker is in reach", async () => {
    const args = ["tooling/gourmetgram.mjs", "preview"];
    const env = { GOURMETGRAM_STACK: "never-made", ...NOWHERE };
    const { all, exitCode } = await execa(process.execPath, args, {
      cwd: checkout,
      env,
      all: true,
      reject: false,
    });
    assert.equal(exitCode, 0, all);
    assert.match(all, /There is no stack never-made/);
    assert.match(all, /\+ \d+ to create/);
    assert.match(all, /gourmetgram@v[\d.]+ \(local/);
    assert.match(all, /next at (?:\d{4}-\d\d-\d\dT\d\d:\d\dZ(?:, )?){3}/);
  });

  it("ends with an error for bad settings, all of them named", async () => {
    const args = ["tooling/gourmetgram.mjs", "preview", "--config", "gourmetgram:schedule=never"];
    const env = { GOURMETGRAM_STACK: "never-made", ...NOWHERE };
    const { all, exitCode } = await execa(process.execPath, args, {
      cwd: checkout,
      env,
      all: true,
      reject: false,
    });
    assert.notEqual(exitCode, 0);
    assert.match(all, /gourmetgram:schedule/);
  });
});
