import { existsSync, readFileSync } from "node:fs";
import { ask, run, type Report } from "../run";

/** Debian packages by what they are needed for, each with its own reason. */
const debianPackages = {
  docker: {
    "docker.io": "the daemon that runs the cluster's nodes and builds images",
    iptables: "Docker's own network",
    jq: "the wrapper of the container runtime, where root is restricted",
  },
  toolchain: {
    "ca-certificates": "the certificates that downloads are checked against",
    git: "Go modules",
    "python3-pip": "the Go toolchain comes from PyPI",
  },
  images: { mmdebstrap: "the base images" },
} as const satisfies Record<string, Record<string, string>>;

/** What a group of packages is for. */
export type Purpose = keyof typeof debianPackages;

/** The packages for a purpose that are not installed. */
export async function missingPackages(purpose: Purpose): Promise<string[]> {
  const names = Object.keys(debianPackages[purpose]);
  // One by one: dpkg-query fails if it does not know one of several.
  const states = await Promise.all(
    names.map((name) => ask("dpkg-query", ["-W", "-f", "${db:Status-Abbrev}", name])),
  );
  return names.filter((_, index) => states[index]?.startsWith("ii") !== true);
}

/** Installs what is missing. Daemons that come along are not started here. */
export async function installPackages(purpose: Purpose, report: Report): Promise<void> {
  const missing = await missingPackages(purpose);
  if (missing.length === 0) return;
  const apt = (args: string[]): Promise<string> =>
    run("apt-get", ["-o", "DPkg::Lock::Timeout=600", "-y", ...args], {
      log: "debian-packages",
      report,
      // RUNLEVEL=1 is how Debian's invoke-rc.d is told not to start what it installs.
      env: { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
    });
  await apt(["update"]);
  await apt(["install", "--no-install-recommends", ...missing]);
}

/** Whether this is the Debian release that the lab's versions were chosen for. */
export function isDebian12(): boolean {
  return (
    existsSync("/etc/debian_version") && /^VERSION_ID="?12"?$/m.test(readFileSync("/etc/os-release", "utf8"))
  );
}
