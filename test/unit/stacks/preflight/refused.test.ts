import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { type Plain, recorded, resetMocks, setConfig } from "../../../support/mocks";
import { clusterWith, type Contents, object } from "../../../support/live-cluster";
import { runProgram } from "../../../support/program";
import { withoutProxies } from "../../../support/proxies";

/** Where the stack fits, as the storage class of kind is the default one. */
const STANDARD = object("StorageClass", "standard", {
  metadata: { annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
});
const NODE = object("Node", "one", {
  status: {
    nodeInfo: {
      architecture: process.arch === "x64" ? "amd64" : process.arch,
      osImage: "Debian GNU/Linux 12",
    },
  },
});
const nodeOf = (architecture: string) => object("Node", "one", { status: { nodeInfo: { architecture } } });
/** Nothing is pushed to the lab's own registry through this machine then. */
const ELSEWHERE = { registryPushAddress: "192.0.2.1:30500" };

interface Case {
  readonly title: string;
  readonly settings?: Record<string, Plain>;
  readonly contents: Contents;
  readonly problems: readonly string[];
}

const cases: readonly Case[] = [
  {
    title: "there is no storage class",
    settings: ELSEWHERE,
    contents: { objects: [NODE] },
    problems: [
      "there is no default storage class for the stack's volumes: the cluster has none",
      "    fix: install a storage provisioner with a default class",
    ],
  },
  {
    title: "an image has no build for the nodes' architecture",
    settings: ELSEWHERE,
    contents: { objects: [STANDARD, nodeOf("s390x")] },
    problems: [
      "the nodes have the architecture s390x; images of the lab exist for linux/amd64, linux/arm64",
      "    fix: pulumi config set gourmetgram:platform linux/amd64",
    ],
  },
  {
    title: "the registry cannot be reached",
    // Port 1 is never listened on.
    settings: { externalRegistry: "ghcr.io/team", registryPushAddress: "127.0.0.1:1/team" },
    contents: { objects: [STANDARD, NODE] },
    problems: [
      "images cannot be pushed: nothing answers at port 1 of 127.0.0.1 (gourmetgram:registryPushAddress is 127.0.0.1:1/team): ECONNREFUSED",
      "    fix: start the registry, or let this machine reach it",
      "    fix: pulumi config set gourmetgram:registryPushAddress HOST:PORT/PATH",
    ],
  },
  {
    title: "Kubernetes is too old, and the identity may not create what the stack has in the whole cluster",
    settings: ELSEWHERE,
    contents: { objects: [STANDARD, NODE], version: "1.29", forbidden: ["customresourcedefinitions"] },
    problems: [
      "Kubernetes 1.29: expected 1.30 or later",
      "    fix: upgrade the cluster, or use another one",
      "this identity may not create CustomResourceDefinition",
      "    fix: use the kubeconfig of a cluster administrator: pulumi config set kubernetes:context NAME",
    ],
  },
];

describe("the program on a cluster that does not fit", () => {
  withoutProxies();

  for (const { title, settings = {}, contents, problems } of cases) {
    it(`creates nothing where ${title}`, async () => {
      resetMocks();
      setConfig(settings);
      await assert.rejects(
        runProgram(() => Promise.resolve(clusterWith(contents))),
        (error: Error) => {
          assert.ok(pulumi.RunError.isInstance(error));
          const lines = problems.map((line) => (line.startsWith(" ") ? line : `  ${line}`));
          assert.equal(
            error.message,
            `the cluster does not fit this stack:\n${lines.join("\n")}\nNothing has been created or changed.`,
          );
          return true;
        },
      );
      assert.deepEqual(await recorded(), []);
    });
  }
});
