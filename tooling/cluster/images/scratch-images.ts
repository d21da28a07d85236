import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheEntry } from "../../machine/cache";
import { goBuilds, programPath, type GoBuild } from "../../toolchain/go-builds";
import { labImages } from "../../machine/docker/image-names";
import type { ArchivedImage } from "./archives";
import { registryConfiguration, registryFile } from "./registry-configuration";

/** An image that holds one static program and nothing else. */
interface ScratchImage {
  readonly image: string;
  readonly build: GoBuild;
  readonly program: string;
  /** Whether the program's name is the entry point, or left to the pod's `command` (as kubeadm's manifests do). */
  readonly entrypoint: boolean;
  /** Arguments where the pod gives none. */
  readonly command?: readonly string[];
  /** Files beside the program: absolute path and text. */
  readonly files?: Readonly<Record<string, string>>;
}

const image = (
  name: string,
  build: GoBuild,
  program: string,
  more: Partial<Pick<ScratchImage, "entrypoint" | "command" | "files">> = {},
): ScratchImage => ({ image: name, build, program, entrypoint: true, ...more });

/** kubeadm's manifests name the program themselves. */
const named = { entrypoint: false };

const registryImage = { command: ["serve", registryFile], files: { [registryFile]: registryConfiguration } };

export const scratchImages: readonly ScratchImage[] = [
  image(labImages.pause, goBuilds.pause, "pause"),
  image(labImages.apiServer, goBuilds.kubernetes, "kube-apiserver", named),
  image(labImages.controllerManager, goBuilds.kubernetes, "kube-controller-manager", named),
  image(labImages.scheduler, goBuilds.kubernetes, "kube-scheduler", named),
  image(labImages.etcd, goBuilds.etcd, "etcd", named),
  image(labImages.coredns, goBuilds.coredns, "coredns"),
  image(labImages.storageProvisioner, goBuilds.storage, "storage-provisioner"),
  image(labImages.registry, goBuilds.registry, "registry", registryImage),
  image(labImages.workflowController, goBuilds.argo, "workflow-controller"),
  image(labImages.argoExecutor, goBuilds.argo, "argoexec"),
  image(labImages.argoServer, goBuilds.argo, "argo"),
];

export const dockerfile = ({ program, entrypoint, command }: ScratchImage): string =>
  [
    "FROM scratch",
    "COPY root/ /",
    "ENV PATH=/bin",
    ...(entrypoint ? [`ENTRYPOINT ["/bin/${program}"]`] : []),
    ...(command === undefined ? [] : [`CMD ${JSON.stringify(command)}`]),
    "",
  ].join("\n");

/** What every program expects to find beside itself: who runs it, and how names are looked up. */
const commonFiles: Readonly<Record<string, string>> = {
  "/etc/passwd": "root:x:0:0:root:/:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n",
  "/etc/nsswitch.conf": "hosts: files dns\n",
  "/etc/mime.types": "text/plain txt log\ntext/html html\napplication/json json\napplication/gzip gz tgz\n",
};

/** Absolute path and text of each file beside the program. */
export const filesOf = (spec: ScratchImage): [path: string, text: string][] =>
  Object.entries({ ...commonFiles, ...spec.files });

export const scratchArchives = (): ArchivedImage[] =>
  scratchImages.map((spec) => {
    const program = programPath(spec.build, spec.program);
    return {
      image: spec.image,
      builtUpon: false,
      madeOf: { build: spec.build, files: [] },
      entry: cacheEntry("image-archives", spec.program, [
        program,
        spec.image,
        dockerfile(spec),
        ...filesOf(spec).flat(),
      ]),
      fill: async (context) => {
        const root = join(context, "root");
        await mkdir(join(root, "bin"), { recursive: true });
        await mkdir(join(root, "tmp"));
        await chmod(join(root, "tmp"), 0o1777);
        await copyFile(program, join(root, "bin", spec.program));
        for (const [path, text] of filesOf(spec)) {
          await mkdir(join(root, dirname(path)), { recursive: true });
          await writeFile(join(root, path), text);
        }
        await writeFile(join(context, "Dockerfile"), dockerfile(spec));
      },
      options: ["--quiet"],
    };
  });
