/**
 * The certificates of a cluster's API server, of its administrator and of kubelet. kubeadm makes those of a control plane
 * for a year, and renews them only in an upgrade of Kubernetes, which the kind cluster never has. kubelet renews its own
 * while it runs; where it did not run until its end, it never starts again by itself.
 */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect } from "node:tls";
import { KubeConfig } from "@kubernetes/client-node";
import { askDocker, docker, dockerEnvironment } from "../machine/docker/docker";
import { kubeconfig } from "../machine/paths";
import { type Report, run } from "../machine/run";
import { kindProgram } from "../toolchain/kind-source";
import { clusterName, controlPlane } from "./kind-config";
import type { Obstacle } from "./preflight/check";

const DAY = 24 * 3600 * 1000;
/** From so many days before their end on, certificates are due to be renewed. */
const DUE_DAYS = 30;

/** Whether certificates that end then are to be renewed now. */
export const isDue = (end: Date, now = new Date()): boolean => end.getTime() - now.getTime() < DUE_DAYS * DAY;

/** When the first of the administrator's certificate and the API server's ends; undefined where neither is known. */
export async function certificateEnd(config: KubeConfig): Promise<Date | undefined> {
  const server = config.getCurrentCluster()?.server;
  const ends = [userEnd(config), server === undefined ? undefined : await serverEnd(server)];
  const times = ends.filter((end) => end !== undefined).map((end) => end.getTime());
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}

/** Of the kubeconfig's current user; undefined where that one has none, as with a token. */
function userEnd(config: KubeConfig): Date | undefined {
  const user = config.getCurrentUser();
  if (user?.certData !== undefined) return endOf(Buffer.from(user.certData, "base64"));
  return user?.certFile === undefined ? undefined : endOf(readFileSync(user.certFile));
}

const endOf = (certificate: Buffer): Date => new Date(new X509Certificate(certificate).validTo);

/** Of the certificate that a server shows, expired or not; undefined where nobody answers within 5 s. */
function serverEnd(server: string): Promise<Date | undefined> {
  const { hostname, port } = new URL(server);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return new Promise((resolve) => {
    // Nothing is sent: the certificate is only read, which has to work after its end, too.
    const socket = connect({ host, port: Number(port || 443), rejectUnauthorized: false }, () => {
      const { raw } = socket.getPeerCertificate() as { raw?: Buffer };
      resolve(raw === undefined ? undefined : endOf(raw));
      socket.destroy();
    });
    const giveUp = (): void => {
      resolve(undefined);
      socket.destroy();
    };
    socket.setTimeout(5000, giveUp).on("error", giveUp);
  });
}

/** How many whole days are left until then; negative once it has passed. */
export const daysUntil = (end: Date, now = new Date()): number =>
  Math.floor((end.getTime() - now.getTime()) / DAY);

/**
 * What is wrong with certificates that end then, and what helps; undefined while there is time.
 *
 * @param own Whether the cluster is not the lab's.
 */
export function certificateAlarm(end: Date, own: boolean, now = new Date()): Obstacle | undefined {
  if (!isDue(end, now)) return undefined;
  const days = daysUntil(end, now);
  const when = days < 0 ? "ended on" : "ends on";
  const problem =
    `a certificate of the cluster ${when} ${end.toISOString().slice(0, 10)}: ` +
    (days < 0 ? "its API server answers nobody" : "from then on its API server answers nobody");
  const remedy = own
    ? "renew it as the cluster's maker says (of kubeadm: kubeadm certs renew all on each control plane node, then " +
      "restart the control plane), and take a new kubeconfig"
    : "npm run up renews it";
  return { problem, remedy };
}

/** Where kubelet keeps its certificate with its key, the link that its kubeconfig names. */
const kubeletFolder = "/var/lib/kubelet/pki";
const kubeletLink = "kubelet-client-current.pem";

/** Whether kubelet's certificate has ended on one of the nodes. */
export async function kubeletHasEnded(nodes: readonly string[], now = new Date()): Promise<boolean> {
  const ends = await Promise.all(nodes.map(kubeletEnd));
  return ends.some((end) => end !== undefined && end <= now);
}

async function kubeletEnd(node: string): Promise<Date | undefined> {
  // The key in the same file stays on the node.
  const certificate = ["sed", "-n", "/BEGIN CERTIFICATE/,/END CERTIFICATE/p"];
  const text = await askDocker(["exec", node, ...certificate, `${kubeletFolder}/${kubeletLink}`]);
  return text === undefined || text === "" ? undefined : endOf(Buffer.from(text));
}

const log = "certificates";

/**
 * Renews all certificates of the kind cluster for a year and restarts what uses them: for about a minute nothing answers.
 * May be interrupted and repeated: this machine's kubeconfig, which shows when they end, is renewed last.
 *
 * @param nodes Names of the running nodes.
 */
export async function renewCertificates(nodes: readonly string[], report: Report): Promise<void> {
  report("renewing the cluster's certificates");
  await docker(["exec", controlPlane, "kubeadm", "certs", "renew", "all"], { log, report });
  for (const node of nodes) await renewKubelet(node, report);
  await docker(["restart", controlPlane], { log, report });
  for (const node of nodes) {
    if (node !== controlPlane)
      await docker(["exec", node, "systemctl", "restart", "kubelet"], { log, report });
  }
  const args = ["export", "kubeconfig", "--name", clusterName, "--kubeconfig", kubeconfig];
  await run(await kindProgram(), args, { log, report, env: await dockerEnvironment() });
}

/** Gives kubelet on a node a certificate from the cluster's authority, as kubeadm's documentation has it for one that has ended. */
async function renewKubelet(node: string, report: Report): Promise<void> {
  const file = `/etc/kubernetes/kubelet-${node}.conf`;
  const user = `--org system:nodes --client-name system:node:${node}`;
  // Through a file, because what a command prints is logged.
  const make = `umask 077; kubeadm kubeconfig user --config /kind/kubeadm.conf ${user} > ${file}`;
  await docker(["exec", controlPlane, "sh", "-c", make], { log, report });
  const made = new KubeConfig();
  made.loadFromString((await askDocker(["exec", controlPlane, "cat", file])) ?? "");
  const { certData = "", keyData = "" } = made.getCurrentUser() ?? {};
  const input = [certData, keyData].map((data) => Buffer.from(data, "base64").toString()).join("");
  await docker(["exec", "--interactive", node, "sh", "-c", INSTALL], { log, report, input });
  await docker(["exec", controlPlane, "rm", file], { log, report });
}

/** Takes a certificate with its key from standard input. The link leads to a whole file at all times. */
const INSTALL = `set -e
umask 077
cd ${kubeletFolder}
cat > renewed.new
grep -q 'END .*PRIVATE KEY' renewed.new
mv renewed.new kubelet-client-renewed.pem
ln -sfn kubelet-client-renewed.pem renewed.link
mv -T renewed.link ${kubeletLink}`;
