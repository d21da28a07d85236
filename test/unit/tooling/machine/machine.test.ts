import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import type { ClusterRecord } from "../../../../tooling/machine/cluster-record";
import type { LabParts } from "../../../../tooling/cluster/embedded-lab";
import type { DockerServer } from "../../../../tooling/machine/docker/docker";
import {
  daemonArguments,
  hasSysResource,
  removeStalePid,
  restrictedRuntime,
} from "../../../../tooling/machine/docker/daemon";
import {
  checkBuilds,
  checkDisk,
  checkDocker,
  checkDockerDisk,
  checkKind,
  checkMemory,
  checkPlace,
  checkPorts,
  checkUserNamespaces,
  MachineError,
} from "../../../../tooling/cluster/preflight";
import { checkout } from "../../../../tooling/machine/paths";
import { nodePorts } from "../../../../tooling/engine/stack/stack-settings";

const DOCKER: DockerServer = {
  version: "28.2.2",
  memory: 8 * 1024 ** 3,
  controlGroups: "2",
  runtime: "runc",
  architecture: "x86_64",
  kernel: "6.8.0-31-generic",
  inContainerd: false,
  dataRoot: "/var/lib/docker",
};
const SILENT = { absent: "Cannot connect to the Docker daemon" };
const OFFICIAL: LabParts = { engine: "official", images: "official", kind: "official" };
const BUILT: LabParts = { engine: "built", images: "built", kind: "built" };

describe("the check of the machine", () => {
  it("asks for a Docker that answers, unless it can be started here", () => {
    assert.equal(checkDocker(DOCKER, false, OFFICIAL).obstacle, undefined);
    assert.equal(checkDocker(SILENT, true, OFFICIAL).obstacle, undefined);
    assert.deepEqual(checkDocker(SILENT, false, OFFICIAL).obstacle, {
      problem: "no Docker daemon answers (Cannot connect to the Docker daemon)",
      remedy:
        "start Docker, or choose its context (docker context use NAME); or use a cluster of your own: " +
        "GOURMETGRAM_STACK=dev npm run pulumi -- config set kubernetes:context NAME",
    });
  });

  it("asks for a Docker that is not too old, and takes each way of writing a version", () => {
    // Debian, Docker CE, Ubuntu, Rancher Desktop, one that its user built.
    for (const version of ["20.10.24+dfsg1", "23.0.0", "28.2.2-0ubuntu1", "28.3.3-rd", "library-import"])
      assert.equal(checkDocker({ ...DOCKER, version }, false, OFFICIAL).obstacle, undefined, version);
    for (const version of ["19.03.15", "1.13.1", "20.9.0"])
      assert.deepEqual(checkDocker({ ...DOCKER, version }, true, OFFICIAL).obstacle, {
        problem: `Docker ${version} is too old, 20.10 or later is needed`,
        remedy: "update Docker",
      });
  });

  it("refuses an image store with which Pulumi's plugin cannot build, where that plugin builds", () => {
    const old = { ...DOCKER, version: "27.5.1", inContainerd: true };
    assert.deepEqual(checkDocker(old, false, OFFICIAL).obstacle, {
      problem:
        "Docker 27.5.1 keeps its images in containerd, with which Pulumi builds only from Docker 28 on",
      remedy:
        "update Docker, or turn that image store off (Docker Desktop: Settings, General, Use containerd)",
    });
    assert.equal(checkDocker(old, false, BUILT).obstacle, undefined);
    assert.equal(checkDocker({ ...old, version: "28.0.0" }, false, OFFICIAL).obstacle, undefined);
  });

  it("refuses an architecture for which an image has no build", () => {
    for (const architecture of ["x86_64", "aarch64", "arm64", ""])
      assert.equal(checkDocker({ ...DOCKER, architecture }, false, OFFICIAL).obstacle, undefined);
    assert.deepEqual(checkDocker({ ...DOCKER, architecture: "s390x" }, false, OFFICIAL).obstacle, {
      problem: "Docker runs on s390x; images of the lab exist for linux/amd64 and linux/arm64",
      remedy: "use a machine or a Docker context of one of these",
    });
  });

  it("asks for memory where Docker runs, which may be a virtual machine that shows less than it was given", () => {
    for (const gibibytes of [5.78, 8])
      assert.equal(checkMemory({ ...DOCKER, memory: gibibytes * 1024 ** 3 }).obstacle, undefined);
    assert.deepEqual(checkMemory({ ...DOCKER, memory: 3.83 * 1024 ** 3 }).obstacle, {
      problem: "Docker has 3.8 GiB of memory, 6.0 GiB needed",
      remedy:
        "give Docker more (Docker Desktop: Settings, Resources; colima start --memory 8), or use a larger machine",
    });
  });

  it("asks for a Docker on this machine, where people and kubectl reach the cluster's ports", () => {
    for (const address of [
      undefined,
      "unix:///Users/me/.docker/run/docker.sock",
      "npipe:////./pipe/docker_engine",
      "tcp://localhost:2375",
      "tcp://127.0.0.1:2376/",
    ])
      assert.equal(checkPlace(address).obstacle, undefined, address);
    for (const address of ["ssh://me@server", "tcp://docker:2375", "tcp://127.0.0.1.example.org:2375"])
      assert.deepEqual(checkPlace(address).obstacle, {
        problem: `Docker is on another machine (${address}): the cluster's ports would be published there`,
        remedy:
          "run the lab there, or choose a Docker of this machine: docker context use default, and no DOCKER_HOST",
      });
  });

  it("asks for as much disk as is built", () => {
    const free = 12 * 1024 ** 3;
    assert.equal(checkDisk(OFFICIAL, free).obstacle, undefined);
    // Kind alone is small.
    assert.equal(checkDisk({ ...OFFICIAL, kind: "built" }, free).obstacle, undefined);
    assert.deepEqual(checkDisk(OFFICIAL, 9 * 1024 ** 3).obstacle, {
      problem: "9.0 GiB free, 10.0 GiB needed",
      remedy: "free some, or set GOURMETGRAM_LAB_HOME to a folder on a larger disk",
    });
  });

  it("refuses a disk of Docker's that is full, or nearly, with what is free and where to look", async () => {
    const free = (gibibytes: number) =>
      checkDockerDisk(DOCKER, DOCKER.kernel, () => Promise.resolve(gibibytes * 1024 ** 3));
    assert.deepEqual(await free(2), { name: "Docker's disk", found: "2.0 GiB free for /var/lib/docker" });
    assert.deepEqual((await free(1.9)).obstacle, {
      problem:
        "the disk of Docker and of the cluster's nodes is nearly full: 1.9 GiB free in /var/lib/docker, 2 GiB needed",
      remedy:
        "free some on the file system of /var/lib/docker (docker system df says what of it is Docker's), then npm run up",
    });
    assert.match((await free(0)).obstacle?.problem ?? "", / is full: 0\.0 GiB free in /);
  });

  it("looks at no disk of another machine, nor at one that it cannot see", async () => {
    const notInSight = { name: "Docker's disk", found: "not in sight" };
    const none = (): Promise<number> => Promise.resolve(0);
    assert.deepEqual(await checkDockerDisk(SILENT, DOCKER.kernel, none), notInSight);
    assert.deepEqual(await checkDockerDisk(DOCKER, "6.10-linuxkit", none), notInSight);
    const missing = { ...DOCKER, dataRoot: join(tmpdir(), "gourmetgram-nowhere") };
    assert.deepEqual(await checkDockerDisk(missing, DOCKER.kernel), notInSight);
  });

  it("refuses a kernel on which BuildKit does not start, where Docker runs on it", () => {
    const kernel = { release: DOCKER.kernel, setting: "1\n" };
    assert.deepEqual(checkUserNamespaces(DOCKER, kernel, "rootless").obstacle, {
      problem:
        "AppArmor restricts user namespaces on the machine that Docker runs on, so BuildKit does not start without root",
      remedy:
        "there, sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 (with Colima: colima ssh -- sudo sysctl …); " +
        "or npm run pulumi -- config set gourmetgram:buildkitMode userns",
    });
    for (const setting of ["0\n", undefined])
      assert.equal(
        checkUserNamespaces(DOCKER, { ...kernel, setting }, "rootless").obstacle,
        undefined,
        setting,
      );
    assert.equal(checkUserNamespaces(DOCKER, kernel, "userns").obstacle, undefined);
    // The kernel of Docker Desktop, say, whose settings are another's.
    assert.equal(checkUserNamespaces({ ...DOCKER, kernel: "6.10-linuxkit" }, kernel).obstacle, undefined);
  });

  it("refuses to build where that cannot be done, and says what would be built", () => {
    assert.deepEqual(checkBuilds(OFFICIAL, "darwin arm64", false), { name: "building", found: "not needed" });
    assert.equal(checkBuilds(BUILT, "linux x64, root", true).obstacle, undefined);
    assert.equal(
      checkBuilds(BUILT, "darwin arm64", false).obstacle?.problem,
      "the images, which cannot be pulled (--online tries to) and the Pulumi engine, which cannot be downloaded, " +
        "would have to be built here: that takes root on Debian on x86-64, this is darwin arm64",
    );
  });

  it("asks for kind where it cannot be built, as where the PATH has another version", () => {
    assert.equal(checkKind(OFFICIAL, false).obstacle, undefined);
    assert.equal(checkKind(BUILT, true).obstacle, undefined);
    assert.deepEqual(checkKind(BUILT, false).obstacle, {
      problem: "kind 0.33.0 is not on the PATH, and cannot be built here without Python's pip",
      remedy:
        "install it: https://kind.sigs.k8s.io/docs/user/quick-start, or go install sigs.k8s.io/kind@v0.33.0",
    });
  });

  it("names the port that is taken, by which program, and the remedy", async function () {
    const port = nodePorts().mlflowNodePort;
    const server = createServer();
    // The lab itself holds the port while it is up.
    const free = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true));
    });
    try {
      const { obstacle } = await checkPorts(undefined);
      const holder = free ? `node \\(process ${process.pid}\\)` : "docker-proxy \\(process \\d+\\)";
      assert.match(
        obstacle?.problem ?? "",
        new RegExp(`\\b${port} \\(gourmetgram:mlflowNodePort\\) is held by ${holder}`),
      );
      assert.match(obstacle?.remedy ?? "", /npm run pulumi -- config set gourmetgram:KEY PORT$/);
    } finally {
      if (free) {
        server.close();
        await once(server, "close");
      }
    }
  });

  it("finds a port taken by a program that listens on all addresses", async () => {
    const port = nodePorts().stagingNodePort;
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false)).listen(port, "0.0.0.0", () => resolve(true));
    });
    try {
      assert.match(
        (await checkPorts(undefined)).obstacle?.problem ?? "",
        new RegExp(`\\b${port} \\(gourmetgram:stagingNodePort\\)`),
      );
    } finally {
      if (free) {
        server.close();
        await once(server, "close");
      }
    }
  });

  it("looks at all node ports that the project has", () => {
    const { config } = parse(readFileSync(join(checkout, "Pulumi.yaml"), "utf8")) as { config: object };
    const keys = Object.keys(config).filter((key) => key.endsWith("NodePort"));
    assert.ok(keys.length >= 5);
    assert.deepEqual(Object.keys(nodePorts()).sort(), keys.sort());
  });

  it("compares the ports with those of the cluster that is there", async () => {
    const all = Object.values(nodePorts());
    const record = { containers: ["aaa"], ports: all } as unknown as ClusterRecord;
    assert.deepEqual(await checkPorts(record), { name: "ports", found: "published by the cluster" });
    const { obstacle } = await checkPorts({ ...record, ports: all.slice(1) });
    assert.equal(
      obstacle?.problem,
      "the cluster was made without the ports 30500 (gourmetgram:registryNodePort)",
    );
  });

  it("tells all obstacles in one error, each with its remedy", () => {
    const { message } = new MachineError([
      { problem: "1.0 GiB free, 30.0 GiB needed", remedy: "free some" },
      { problem: "Docker 19.03 is too old", remedy: "update Docker" },
    ]);
    assert.equal(
      message,
      "this machine cannot hold the embedded lab:\n" +
        "  - 1.0 GiB free, 30.0 GiB needed\n    remedy: free some\n" +
        "  - Docker 19.03 is too old\n    remedy: update Docker",
    );
  });
});

describe("a Docker daemon that the lab starts", () => {
  // It starts none elsewhere.
  before(function () {
    if (process.platform !== "linux") this.skip();
  });

  it("has the ordinary runtime where root may do everything", () => {
    assert.equal(hasSysResource("CapBnd:\t000001ffffffffff\n"), true);
    assert.ok(!daemonArguments(true).includes("--default-runtime"));
  });

  it("has a runtime without CAP_SYS_RESOURCE where root lacks it", () => {
    assert.equal(hasSysResource("CapBnd:\t000001fffeffffff\n"), false);
    const args = daemonArguments(false);
    assert.equal(args[args.indexOf("--default-runtime") + 1], restrictedRuntime);
  });

  it("starts although the id of one that was switched off belongs to another program now", () => {
    const folder = mkdtempSync(join(tmpdir(), "gourmetgram-pid-"));
    const file = join(folder, "daemon.pid");
    try {
      for (const [pid, text, stays] of [
        [process.pid, "mocha", true],
        [process.pid, "dockerd", false],
        [2 ** 22 + 1, "dockerd", false],
      ] as const) {
        writeFileSync(file, String(pid));
        removeStalePid(file, text);
        assert.equal(existsSync(file), stays, text);
      }
      removeStalePid(file, "dockerd");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  describe("that runtime", () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "gourmetgram-runc-"));
      // In place of runc: says what it was called with.
      writeFileSync(join(folder, "runc"), '#!/bin/sh\necho "$@"\n');
      chmodSync(join(folder, "runc"), 0o755);
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const call = (args: string[]): string =>
      execFileSync(join(checkout, "tooling", "machine", "docker", "runc-without-sys-resource"), args, {
        encoding: "utf8",
        env: { ...process.env, PATH: `${folder}:${process.env["PATH"] ?? ""}` },
      }).trim();

    const process_ = {
      args: ["sh"],
      oomScoreAdj: -999,
      rlimits: [{ type: "RLIMIT_NOFILE" }],
      capabilities: { bounding: ["CAP_KILL", "CAP_SYS_RESOURCE"], effective: ["CAP_SYS_RESOURCE"] },
    };
    const changed = { args: ["sh"], capabilities: { bounding: ["CAP_KILL"], effective: [] } };

    it("changes a container's specification, and hands everything on to runc", () => {
      const file = join(folder, "config.json");
      writeFileSync(file, JSON.stringify({ process: process_, root: { path: "rootfs" } }));
      assert.equal(call(["create", "--bundle", folder, "id"]), `create --bundle ${folder} id`);
      assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), {
        process: changed,
        root: { path: "rootfs" },
      });
    });

    it("changes the specification of a process in a container", () => {
      const file = join(folder, "process.json");
      writeFileSync(file, JSON.stringify(process_));
      call(["exec", "--process", file, "id"]);
      assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), changed);
    });
  });
});
