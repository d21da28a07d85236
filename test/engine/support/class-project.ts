import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { execa } from "execa";
import { devDependencies } from "../../../package.json";
import { AutomationRunner } from "../../../tooling/class/runner/automation-runner";
import { ClassFiles } from "../../../tooling/class/runner/class-files";
import { type Answer, answerOf } from "../../../tooling/engine/answer";
import { backendUrl, CLASS_TAG } from "../../../tooling/engine/stack/state";
import { checkout } from "../../support/checkout";

/** Set by test/engine.ts: a folder as PULUMI_HOME, with the engine. */
const HOME = process.env["GOURMETGRAM_ENGINE_HOME"];

/** Of the program's stacks: it makes nothing, and fails if it is told to. */
const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const config = new pulumi.Config();
if (config.get("size") === "large") throw new Error("large is too large");
exports.student = config.get("student");
exports.hidden = pulumi.secret("a secret");
`;

/** A policy pack that refuses one stack. */
const POLICIES = `
const { PolicyPack } = require("@pulumi/policy");
new PolicyPack("rules", {
  policies: [
    {
      name: "not-mallory",
      description: "Mallory has no stack.",
      enforcementLevel: "mandatory",
      validateStack: ({ resources }, report) => {
        if (resources.some(({ urn }) => urn.startsWith("urn:pulumi:dev-mallory:"))) report("mallory is refused");
      },
    },
  ],
});
`;

/** A project of the lab's name with a backend in a folder, as long as a test runs. */
export class ClassProject {
  readonly folder = mkdtempSync(join(tmpdir(), "gourmetgram-class-"));
  readonly backend = join(this.folder, "backend");
  readonly locks = join(this.backend, ".pulumi", "locks", "organization", "gourmetgram");

  private constructor(
    private readonly home: string,
    program: string,
  ) {
    mkdirSync(this.backend);
    writeFileSync(join(this.folder, "Pulumi.yaml"), "name: gourmetgram\nruntime: nodejs\nmain: program.js\n");
    writeFileSync(join(this.folder, "program.js"), program);
    writeFileSync(join(this.folder, "package.json"), '{"name":"gourmetgram","version":"1.0.0"}');
    symlinkSync(join(checkout, "node_modules"), join(this.folder, "node_modules"));
    mkdirSync(join(this.folder, "policy"));
    writeFileSync(join(this.folder, "policy", "PulumiPolicy.yaml"), "runtime: nodejs\nmain: index.js\n");
    writeFileSync(join(this.folder, "policy", "package.json"), '{"name":"rules","version":"1.0.0"}');
    writeFileSync(join(this.folder, "policy", "index.js"), POLICIES);
  }

  /**
   * Undefined where there is no engine.
   *
   * @param program Text of a CommonJS module. @default one that makes nothing
   */
  static make(program = PROGRAM): ClassProject | undefined {
    return HOME === undefined ? undefined : new ClassProject(HOME, program);
  }

  private get root(): string {
    return join(this.home, "versions", devDependencies.pulumi);
  }

  private environment(changed: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      PULUMI_HOME: this.home,
      PULUMI_BACKEND_URL: backendUrl(this.backend),
      PULUMI_CONFIG_PASSPHRASE: "a passphrase for this test only",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      ...changed,
    };
  }

  /** What a class's command works on stacks with. */
  async runner(
    className: string,
    students: readonly string[],
    { size = "small", environment = {} }: { size?: string; environment?: Record<string, string> } = {},
  ): Promise<AutomationRunner> {
    const roster = students.map((id) => ({ id, settings: { size } }));
    return new AutomationRunner({
      pulumi: await PulumiCommand.get({ root: this.root }),
      checkout: this.folder,
      environment: this.environment(environment),
      files: new ClassFiles(join(this.folder, "files", className), className, "", roster),
      tags: { [CLASS_TAG]: className },
      program: () => Promise.resolve({ planned: "yes" }),
      logs: join(this.folder, "logs"),
      locks: this.locks,
      cluster: () => Promise.reject(new Error("these stacks have nothing in a cluster")),
      signal: new AbortController().signal,
    });
  }

  /** Asks the engine itself. */
  async ask(
    args: readonly string[],
    changed: Readonly<Record<string, string>> = {},
  ): Promise<Answer<string>> {
    const path = [join(this.root, "bin"), process.env["PATH"]].join(delimiter);
    return answerOf(
      await execa("pulumi", [...args, "--non-interactive"], {
        cwd: this.folder,
        env: { ...this.environment(changed), PATH: path },
        reject: false,
        stdin: "ignore",
      }),
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
