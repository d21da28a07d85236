import { existsSync, readFileSync } from "node:fs";
import { ask, run, type Report } from "./run";

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
  const printed =
    (await ask("dpkg-query", ["-W", "-f", "${Package} ${db:Status-Abbrev}\\n", ...names])) ?? "";
  // dpkg-query fails when it does not know a package, so ask one by one then.
  if (printed !== "") {
    const installed = new Set(
      printed
        .split("\n")
        .filter((line) => line.includes(" ii"))
        .map((line) => line.split(" ")[0]),
    );
    return names.filter((name) => !installed.has(name));
  }
  const missing: string[] = [];
  for (const name of names) {
    const status = await ask("dpkg-query", ["-W", "-f", "${db:Status-Abbrev}", name]);
    if (status?.startsWith("ii") !== true) missing.push(name);
  }
  return missing;
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
