import type { V1PersistentVolume } from "@kubernetes/client-node";
import { docker } from "../../../machine/docker/docker";
import type { Lab } from "../../../verify/suite/lab";
import { without } from "../../../verify/pods/workloads";
import type { Pods } from "../parts";

/** MiB that a volume has beyond what is on it. */
const ROOM = 100;
/** The file that takes up the room. */
const FILL = ".full";

/** Where a volume is. */
export interface VolumePlace {
  /** Name of the node, which is that of its container. */
  readonly node: string;
  readonly folder: string;
}

/**
 * A part's volume, made small: volumes of the kind cluster are folders without a limit, so a file system in memory takes
 * the folder's place, with what is in it. Afterwards what is on it by then takes the folder's place.
 *
 * A node that ends in between has the folder as it was before.
 */
export class FullVolume {
  private place: (VolumePlace & { readonly memory: string }) | undefined;

  /** @param part A workload with one claim, which has its name as a label. */
  constructor(
    private readonly lab: Lab,
    private readonly part: Pods & { readonly namespace: string },
  ) {}

  /** Makes the volume small. One that an earlier bench has left small is put back first. */
  async shrink(signal: AbortSignal): Promise<void> {
    this.place = await this.find();
    await this.whileStopped(`${PUT_BACK}\n${SHRINK}`, signal);
  }

  /** Fills it. It is not done while the part starts, which needs room. */
  async fill(): Promise<void> {
    // It ends with an error, since that is its purpose.
    await this.onNode(`dd if=/dev/zero of="$1/${FILL}" bs=1M 2>/dev/null || true`);
  }

  /** Makes room again. */
  async makeRoom(): Promise<void> {
    await this.onNode(`rm -f "$1/${FILL}"`);
  }

  /** Puts a folder in its place again, with everything that is on the volume. Also after a signal. */
  async restore(): Promise<void> {
    if (this.place === undefined) return;
    await this.whileStopped(PUT_BACK, new AbortController().signal);
    this.place = undefined;
  }

  private async whileStopped(script: string, signal: AbortSignal): Promise<void> {
    const waiting = { progress: () => undefined, signal };
    await without(this.lab.cluster, this.part, waiting, () => this.onNode(script));
  }

  /** Runs a script on the volume's node, which is given the volume's folder and that in memory. */
  private async onNode(script: string): Promise<void> {
    if (this.place === undefined) throw new Error(`the volume of ${this.part.name} has not been found`);
    const { node, folder, memory } = this.place;
    // A signal must not end it between two of its commands.
    const options = { log: "faults", apart: true };
    await docker(["exec", node, "sh", "-ec", script, "sh", folder, memory], options);
  }

  private async find(): Promise<VolumePlace & { memory: string }> {
    const { namespace, name } = this.part;
    const { core } = this.lab.cluster;
    const labelSelector = `app.kubernetes.io/name=${name}`;
    const { items } = await core.listNamespacedPersistentVolumeClaim({ namespace, labelSelector });
    const volume = items[0]?.spec?.volumeName;
    if (volume === undefined) throw new Error(`${name} in ${namespace} has no volume`);
    const place = volumePlace(await core.readPersistentVolume({ name: volume }));
    if (place === undefined)
      throw new Error(`the volume of ${name} in ${namespace} is not a folder on a node`);
    return { ...place, memory: `/run/gourmetgram-full/${volume}` };
  }
}

/** Where a volume is that is a folder of one node. */
export function volumePlace({ spec }: V1PersistentVolume): VolumePlace | undefined {
  const folder = spec?.local?.path ?? spec?.hostPath?.path;
  const terms = spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const [node] = terms
    .flatMap(({ matchExpressions = [] }) => matchExpressions)
    .flatMap(({ key, values = [] }) => (key === "kubernetes.io/hostname" ? values : []));
  return folder === undefined || node === undefined ? undefined : { node, folder };
}

/** Has a file system in memory take the place of the folder `$1`; it is at `$2` too. */
const SHRINK = `
mkdir -p "$2"
size=$(( $(du -sm "$1" | cut -f1) + ${ROOM} ))
mount -t tmpfs -o "size=\${size}m,mode=$(stat -c %a "$1")" tmpfs "$2"
chown --reference="$1" "$2"
cp -a "$1/." "$2"
mount --bind "$2" "$1"`;

/** The reverse. A copy that has not come to take the folder's place is not whole, and is dropped. */
const PUT_BACK = `
if mountpoint --quiet "$1"; then
  rm -rf "$1/${FILL}" "$1.small" "$1.before"
  cp -a "$2" "$1.small"
  umount "$1"
  mv "$1" "$1.before"
  mv "$1.small" "$1"
  rm -rf "$1.before"
fi
if mountpoint --quiet "$2"; then umount "$2"; fi
if test -d "$2"; then rmdir "$2"; fi`;
