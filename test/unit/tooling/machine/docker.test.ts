import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { FakeLab } from "../../../support/fake-lab";
import { serverIn } from "../../../../tooling/machine/docker/docker";

const COMMON = {
  MemTotal: 8321499136,
  DefaultRuntime: "runc",
  CgroupVersion: "2",
  DockerRootDir: "/var/lib/docker",
};
const READ = { memory: 8321499136, controlGroups: "2", runtime: "runc", dataRoot: "/var/lib/docker" };

/** The parts of `docker info` that are read, as these print them. */
const ANSWERS = {
  "Docker Desktop on macOS, with containerd's store": {
    printed: {
      ...COMMON,
      ServerVersion: "29.1.3",
      OperatingSystem: "Docker Desktop",
      Architecture: "aarch64",
      KernelVersion: "6.12.54-linuxkit",
      DriverStatus: [["driver-type", "io.containerd.snapshotter.v1"]],
    },
    found: {
      ...READ,
      version: "29.1.3",
      architecture: "aarch64",
      kernel: "6.12.54-linuxkit",
      inContainerd: true,
    },
  },
  "Colima, with Docker's own store": {
    printed: {
      ...COMMON,
      ServerVersion: "28.4.0",
      OperatingSystem: "Ubuntu 24.04.3 LTS",
      Architecture: "aarch64",
      KernelVersion: "6.8.0-64-generic",
      DriverStatus: [
        ["Backing Filesystem", "extfs"],
        ["Supports d_type", "true"],
      ],
    },
    found: {
      ...READ,
      version: "28.4.0",
      architecture: "aarch64",
      kernel: "6.8.0-64-generic",
      inContainerd: false,
    },
  },
  "a daemon without root": {
    printed: {
      ...COMMON,
      ServerVersion: "27.5.1",
      Architecture: "x86_64",
      KernelVersion: "6.8.0-31-generic",
      SecurityOptions: ["name=seccomp,profile=builtin", "name=rootless", "name=cgroupns"],
      DriverStatus: null,
    },
    found: {
      ...READ,
      version: "27.5.1",
      architecture: "x86_64",
      kernel: "6.8.0-31-generic",
      inContainerd: false,
    },
  },
} as const;

describe("what docker info tells", () => {
  for (const [who, { printed, found }] of Object.entries(ANSWERS)) {
    it(`is read of ${who}`, () => assert.deepEqual(serverIn(JSON.stringify(printed), ""), found));
  }

  it("is the client's alone where no daemon answers, with the reason", () => {
    const reason = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.";
    assert.deepEqual(serverIn(JSON.stringify({ ServerErrors: [reason] }), ""), {
      absent: reason,
      isMissing: false,
    });
    assert.deepEqual(serverIn("{}", "unable to resolve\ndocker endpoint\n"), {
      absent: "docker endpoint",
      isMissing: false,
    });
    assert.deepEqual(serverIn("{}", ""), { absent: "docker info failed", isMissing: false });
  });

  it("is not Docker's where Podman answers, by its own command or at its socket", () => {
    const absent = "Podman 5.2.0 answers, which the lab does not support";
    for (const printed of [
      { host: { arch: "arm64", os: "linux" }, version: { APIVersion: "5.2.0", Version: "5.2.0" } },
      { ...COMMON, ServerVersion: "5.2.0", ProductLicense: "Apache-2.0" },
    ]) {
      assert.deepEqual(serverIn(JSON.stringify(printed), ""), { absent, isMissing: false });
    }
  });
});

describe("a Docker daemon that takes connections and never answers", () => {
  it("counts as none after a time, with that as the reason", async () => {
    const lab = new FakeLab("embedded");
    try {
      const stuck = "#!/bin/sh\ncase $1 in info) exec /bin/sleep 60 ;; esac\n";
      writeFileSync(join(lab.folder, "bin", "docker"), stuck, { mode: 0o755 });
      const { stdout } = await lab.run("machine/docker/docker", "findDocker(500).then(console.log)");
      assert.equal(stdout, "{ absent: 'no answer within 0.5 s', isMissing: false }");
    } finally {
      lab.remove();
    }
  });
});
