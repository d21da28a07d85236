import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { engines, license, scripts, version } from "../../../package.json";
import lock from "../../../package-lock.json";

const CHECKOUT = join(__dirname, "../../..");
const read = (path: string): string => readFileSync(join(CHECKOUT, path), "utf8");
const tracked = execFileSync("git", ["ls-files"], { cwd: CHECKOUT, encoding: "utf8" }).trim().split("\n");

describe("the Node of those who work on the project", () => {
  /** Major versions that `engines` allows in full or from some minor version on: `^20.19 || >=22.12`. */
  function allows(major: number): boolean {
    return engines.node.split("||").some((range) => {
      const found = /^\s*(\^|>=)(\d+)/.exec(range);
      assert.ok(found, `engines is written as this test reads it: ${range}`);
      return found[1] === "^" ? major === Number(found[2]) : major >= Number(found[2]);
    });
  }

  it("is read from engines", () => {
    assert.deepEqual([18, 20, 21, 22, 24].map(allows), [false, true, false, true, true]);
  });

  it("is one that engines allows in .nvmrc, and the same in the dev container", () => {
    const major = Number(read(".nvmrc"));
    assert.ok(allows(major), `.nvmrc: ${major}`);
    const { image } = JSON.parse(read(".devcontainer/devcontainer.json")) as { image: string };
    assert.match(image, new RegExp(`:${major}-`));
  });

  it("is one that engines allows in every workflow", () => {
    for (const file of readdirSync(join(CHECKOUT, ".github/workflows"))) {
      const versions = [...read(`.github/workflows/${file}`).matchAll(/node-version: (\d+)/g)];
      assert.notEqual(versions.length, 0, file);
      for (const [, major] of versions) assert.ok(allows(Number(major)), `${file}: ${String(major)}`);
    }
  });
});

describe("the dev container", () => {
  const container = JSON.parse(read(".devcontainer/devcontainer.json")) as {
    features: Record<string, unknown>;
    hostRequirements: { cpus: number };
    forwardPorts: number[];
  };

  it("has Docker, and the cores that the lab needs", () => {
    assert.ok(Object.keys(container.features).some((name) => name.includes("/docker-in-docker:")));
    assert.ok(container.hostRequirements.cpus >= 2);
  });

  it("forwards the ports that people open, which are node ports of the configuration", () => {
    const { config } = parse(read("Pulumi.yaml")) as { config: Record<string, { default?: unknown }> };
    const ports = Object.entries(config).flatMap(([name, { default: port }]) =>
      name.endsWith("NodePort") && name !== "registryNodePort" ? [port] : [],
    );
    assert.deepEqual([...container.forwardPorts].sort(), ports.sort());
  });
});

describe("renovate.json", () => {
  const renovate = JSON.parse(read("renovate.json")) as {
    enabledManagers: string[];
    "pip-compile": { managerFilePatterns: string[] };
    packageRules: { groupName?: string; matchPackageNames?: string[] }[];
    customManagers: { matchStrings: string[] }[];
  };
  it("looks after npm, Go, Python, Docker and GitHub's actions", () => {
    for (const manager of ["npm", "gomod", "pip-compile", "dockerfile", "github-actions"]) {
      assert.ok(renovate.enabledManagers.includes(manager), manager);
    }
  });

  it("looks after each list of Python packages that is made from a .in file, and after no other", () => {
    const made = tracked.filter((file) => file.endsWith(".in")).map((file) => file.replace(/in$/, "txt"));
    assert.ok(made.length >= 7);
    const expressions = renovate["pip-compile"].managerFilePatterns.map(
      (pattern) => new RegExp(pattern.replace(/^\/|\/$/g, "")),
    );
    const found = tracked.filter((file) => expressions.some((expression) => expression.test(file)));
    assert.deepEqual(found.sort(), made.sort());
  });

  it("finds each image that Pulumi.yaml names with a registry", () => {
    const [{ matchStrings: [text = ""] = [] } = { matchStrings: [] }] = renovate.customManagers;
    const found = [...read("Pulumi.yaml").matchAll(new RegExp(text, "g"))].map(
      ({ groups }) => groups?.["depName"],
    );
    const named = [...read("Pulumi.yaml").matchAll(/^ {4}default: ((?:docker|quay)\.io.*):/gm)].map(
      ([, name]) => name,
    );
    assert.deepEqual(found, named);
    assert.ok(found.length >= 7);
  });

  it("moves together what has to be of one version", () => {
    const groups = renovate.packageRules.flatMap(({ groupName }) => groupName ?? []);
    for (const group of ["Pulumi", "Kubernetes", "Argo Workflows", "BuildKit"])
      assert.ok(groups.includes(group), group);
  });
});

describe("what is said of the project", () => {
  it("has the licence that package.json names", () => {
    assert.equal(license, "Apache-2.0");
    assert.match(read("LICENSE"), /^\s*Apache License\n\s*Version 2\.0, January 2004\n/);
  });

  it("has a section of the changelog for its version, below one for what comes next", () => {
    const [next, current] = [...read("CHANGELOG.md").matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    assert.equal(next, "Unreleased");
    assert.equal(current, version);
    assert.equal(lock.version, version);
    assert.equal(lock.packages[""].version, version);
  });

  it("asks in a pull request for commands that there are", () => {
    const used = [...read(".github/PULL_REQUEST_TEMPLATE.md").matchAll(/npm run (\w+)/g)].map(
      ([, name = ""]) => name,
    );
    assert.ok(used.length >= 3);
    for (const name of used) assert.ok(name in scripts, name);
  });
});
