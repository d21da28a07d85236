/**
 * The certificates of a cluster's API server and of its administrator. kubeadm makes those of a control plane for a year,
 * and renews them only in an upgrade of Kubernetes, which the kind cluster never has. kubelet renews its own while it runs.
 */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect } from "node:tls";
import type { KubeConfig } from "@kubernetes/client-node";
import { dockerEnvironment, docker } from "../machine/docker/docker";
import { kubeconfig } from "../machine/paths";
import { type Report, run } from "../machine/run";
import { kindProgram } from "../toolchain/kind-source";
import { clusterName, controlPlane } from "./kind-config";

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
export function certificateAlarm(
  end: Date,
  own: boolean,
  now = new Date(),
): { problem: string; remedy: string } | undefined {
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

/** Renews those of the kind cluster for a year, and restarts its first node, which takes them up: for about a minute nothing answers. */
export async function renewCertificates(report: Report): Promise<void> {
  const log = "certificates";
  report("renewing the cluster's certificates");
  await docker(["exec", controlPlane, "kubeadm", "certs", "renew", "all"], { log, report });
  await docker(["restart", controlPlane], { log, report });
  const args = ["export", "kubeconfig", "--name", clusterName, "--kubeconfig", kubeconfig];
  await run(await kindProgram(), args, { log, report, env: await dockerEnvironment() });
}
