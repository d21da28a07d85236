import type { V1PersistentVolume } from "@kubernetes/client-node";
import { controlPlane } from "../../cluster/kind-config";
import { docker } from "../../machine/docker/docker";
import type { Lab } from "../../verify/suite/lab";
import { without } from "../../verify/pods/workloads";
import type { Pods } from "./parts";

/** MiB that a volume has beyond what is on it. */
const ROOM = 1024;

/**
 * A part's volume, made small: volumes of the kind cluster are folders without a limit, so a file system in memory takes
 * the folder's place, with what is in it. Afterwards the folder gets back what is there by then.
 *
 * A node that ends in between has the folder as it was before.
 */
export class FullVolume {
  private path = "";

  /** @param part A Deployment with one claim, which has its name as a label. */
  constructor(
    private readonly lab: Lab,
    private readonly part: Pods,
    private readonly signal: AbortSignal,
  ) {}

  /** Makes the volume small and fills it. */
  async fill(): Promise<void> {
    this.path = await this.folder();
    await this.whileStopped(
      `mkdir ${MEMORY}; size=$(( $(du -sm "$1" | cut -f1) + ${ROOM} )); ` +
        `mount -t tmpfs -o size=\${size}m,mode=$(stat -c %a "$1") tmpfs ${MEMORY}; ` +
        `chown --reference="$1" ${MEMORY}; cp -a "$1/." ${MEMORY}; mount --bind ${MEMORY} "$1"`,
    );
    // It ends with an error, since that is its purpose.
    await this.onNode(`dd if=/dev/zero of="$1/${FILL}" bs=1M 2>/dev/null || true`);
  }

  /** Makes room again. */
  async makeRoom(): Promise<void> {
    await this.onNode(`rm -f "$1/${FILL}"`);
  }

  /** Puts the folder back in its place, with everything that is on the volume. */
  async restore(): Promise<void> {
    if (this.path === "") return;
    await this.whileStopped(
      `if mountpoint --quiet "$1"; then umount "$1"; fi; rm -f ${MEMORY}/${FILL}; ` +
        `cp -a ${MEMORY}/. "$1"; umount ${MEMORY}; rmdir ${MEMORY}`,
    );
  }

  private async whileStopped(script: string): Promise<void> {
    const waiting = { progress: () => undefined, signal: this.signal };
    await without(this.lab.cluster, this.part, waiting, () => this.onNode(script));
  }

  /** Runs a script on the first node, which is given the volume's folder. */
  private async onNode(script: string): Promise<void> {
    await docker(["exec", controlPlane, "sh", "-ec", script, "sh", this.path], { log: "faults" });
  }

  /** Where the volume is on its node. */
  private async folder(): Promise<string> {
    const { namespace, name } = this.part;
    const { core } = this.lab.cluster;
    const labelSelector = `app.kubernetes.io/name=${name}`;
    const { items } = await core.listNamespacedPersistentVolumeClaim({ namespace, labelSelector });
    const [claim] = items;
    if (claim?.spec?.volumeName === undefined) throw new Error(`${name} in ${namespace} has no volume`);
    const { spec }: V1PersistentVolume = await core.readPersistentVolume({ name: claim.spec.volumeName });
    const folder = spec?.local?.path ?? spec?.hostPath?.path;
    if (folder === undefined) throw new Error(`the volume of ${name} in ${namespace} is no folder of a node`);
    return folder;
  }
}

/** Where the file system in memory is, on the node. */
const MEMORY = "/run/gourmetgram-full";
/** The file that takes up the room. */
const FILL = ".full";
