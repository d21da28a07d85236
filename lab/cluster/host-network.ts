import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { live } from "../paths";
import { ask, run, succeeds } from "../run";
import { network } from "./network";

const log = "host-network";
const previousSettings = join(live, "kernel-settings-before.json");

/** Kernel settings that pods and node ports need. */
const kernelSettings: Readonly<Record<string, string>> = {
  "net/ipv4/ip_forward": "1",
  "net/bridge/bridge-nf-call-iptables": "1",
  "net/ipv4/conf/all/route_localnet": "1",
};

const settingPath = (name: string): string => join("/proc/sys", name);

/** Makes the lab's bridge and sets the kernel; the values from before are kept for `down`. */
export async function prepareHostNetwork(): Promise<void> {
  await mkdir(live, { recursive: true });
  // On an ordinary kernel the bridge's netfilter hooks are a module.
  if (!existsSync(settingPath("net/bridge/bridge-nf-call-iptables")))
    await succeeds("modprobe", ["br_netfilter"]);
  if (!existsSync(previousSettings)) {
    const values = Object.keys(kernelSettings).map((name) => [
      name,
      readFileSync(settingPath(name), "utf8").trim(),
    ]);
    await writeFile(previousSettings, JSON.stringify(Object.fromEntries(values)));
  }
  for (const [name, value] of Object.entries(kernelSettings)) writeFileSync(settingPath(name), value);
  if (!(await succeeds("ip", ["link", "show", network.bridge]))) {
    await run("ip", ["link", "add", network.bridge, "type", "bridge"], { log });
  }
  const address = `${network.nodeAddress}/${network.prefixLength}`;
  await run("ip", ["address", "replace", address, "dev", network.bridge], { log });
  await run("ip", ["link", "set", network.bridge, "up"], { log });
}

/** Whether the bridge is up. It is gone after the machine was restarted. */
export async function hostNetworkIsReady(): Promise<boolean> {
  const shown = await ask("ip", ["-brief", "address", "show", "dev", network.bridge]);
  return shown?.includes(`${network.nodeAddress}/`) === true;
}

/** Names of this lab's network interfaces that exist. */
export async function labInterfaces(): Promise<string[]> {
  const printed = (await ask("ip", ["-json", "link", "show"])) ?? "[]";
  const links = JSON.parse(printed) as { ifname: string; master?: string }[];
  return links
    .filter((link) => link.ifname === network.bridge || link.master === network.bridge)
    .map((link) => link.ifname);
}

/** Names of the packet filter's chains that Kubernetes and the pods' network make. */
export async function labChains(): Promise<string[]> {
  const chains: string[] = [];
  for (const table of ["filter", "nat", "mangle"]) {
    const printed = (await ask("iptables", ["-t", table, "-S"])) ?? "";
    for (const [, chain] of printed.matchAll(/^-N ((?:KUBE|CNI)-\S+)$/gm))
      chains.push(`${table}/${String(chain)}`);
  }
  return chains;
}

/** Removes the rules that lead to the lab's chains, then the chains. */
async function removeChains(): Promise<void> {
  for (const table of ["filter", "nat", "mangle"]) {
    const rules = ((await ask("iptables", ["-t", table, "-S"])) ?? "").split("\n");
    const ours = (rule: string): boolean => /-j (KUBE|CNI)-/.test(rule) && !/^-A (KUBE|CNI)-/.test(rule);
    for (const rule of rules.filter(ours)) {
      // A rule is printed as it would be typed; only its comments are quoted.
      await run("sh", ["-c", `iptables -t ${table} ${rule.replace(/^-A/, "-D")}`], { log });
    }
    const chains = rules.flatMap((rule) => /^-N ((?:KUBE|CNI)-\S+)$/.exec(rule)?.[1] ?? []);
    for (const chain of chains) await run("iptables", ["-t", table, "-F", chain], { log });
    for (const chain of chains) await run("iptables", ["-t", table, "-X", chain], { log });
  }
}

/** Names of the sets of addresses that the packet filter's rules for network policies refer to. */
export async function labAddressSets(): Promise<string[]> {
  const names = ((await ask("ipset", ["list", "-name"])) ?? "").split("\n");
  return names.filter((name) => /^(inet6:)?(KUBE-|kube-router-)/.test(name));
}

async function removeAddressSets(): Promise<void> {
  const names = await labAddressSets();
  for (const name of names) await run("ipset", ["flush", name], { log });
  for (const name of names) await run("ipset", ["destroy", name], { log });
}

/** Undoes `prepareHostNetwork` and what the cluster added since. */
export async function removeHostNetwork(): Promise<void> {
  await removeChains();
  await removeAddressSets();
  for (const name of (await labInterfaces()).filter((each) => each !== network.bridge)) {
    await succeeds("ip", ["link", "delete", name]);
  }
  if ((await labInterfaces()).length > 0) await run("ip", ["link", "delete", network.bridge], { log });
  if (existsSync(previousSettings)) {
    const values = JSON.parse(await readFile(previousSettings, "utf8")) as Record<string, string>;
    for (const [name, value] of Object.entries(values)) writeFileSync(settingPath(name), value);
  }
}
