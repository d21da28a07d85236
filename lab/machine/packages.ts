import { existsSync, readFileSync } from "node:fs";
import { ask, run, type Report } from "../run";

/** Debian packages that the embedded lab needs on the machine, and what each is for. */
export const debianPackages: Readonly<Record<string, string>> = {
  "ca-certificates": "the certificates that downloads are checked against",
  conntrack: "kube-proxy clears stale connections with it",
  "containernetworking-plugins": "the pods' network",
  "docker.io": "Docker to build images, with the containerd and runc that run the pods",
  ethtool: "kubeadm expects it",
  git: "Go modules",
  iproute2: "the lab's bridge",
  ipset: "network policies",
  iptables: "services and node ports",
  kmod: "kube-proxy looks for kernel modules with it",
  mmdebstrap: "the base images",
  procps: "kubeadm expects it",
  "python3-pip": "the Go toolchain comes from PyPI",
  socat: "kubectl port-forward",
  unzip: "unpacks the Go toolchain",
};

/** The packages of the list above that are not installed. */
export async function missingPackages(): Promise<string[]> {
  const names = Object.keys(debianPackages);
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

/** Installs what is missing. The daemons that come along are not started: the lab runs its own. */
export async function installPackages(report: Report): Promise<void> {
  const missing = await missingPackages();
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
