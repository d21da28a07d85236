import assert from "node:assert/strict";
import { parse } from "yaml";
import {
  kindConfiguration,
  registryHosts,
  type KindClusterArgs,
} from "../../../../tooling/cluster/kind-config";

const ARGS: KindClusterArgs = {
  nodes: 1,
  image: "kindest/node:v1.37.0",
  images: "official",
  ports: [30500, 30800],
  registries: "/home/me/registries",
  controlGroups: "2",
  restricted: false,
};

interface Configuration {
  readonly kubeadmConfigPatches: readonly string[];
  readonly containerdConfigPatches: readonly string[];
  readonly nodes: readonly Record<string, unknown>[];
}

const configuration = (args: Partial<KindClusterArgs> = {}): Configuration =>
  parse(kindConfiguration({ ...ARGS, ...args })) as Configuration;

const patches = (args: Partial<KindClusterArgs>): Record<string, unknown>[] =>
  configuration(args).kubeadmConfigPatches.map((text) => parse(text) as Record<string, unknown>);

const mount = { hostPath: "/home/me/registries", containerPath: "/etc/containerd/certs.d", readOnly: true };
const port = (number: number) => ({
  containerPort: number,
  hostPort: number,
  listenAddress: "127.0.0.1",
  protocol: "TCP",
});

/** Whichever of kubeadm's versions kind uses, one of them fits. */
const etcd = [
  {
    apiVersion: "kubeadm.k8s.io/v1beta3",
    kind: "ClusterConfiguration",
    etcd: { local: { extraArgs: { "quota-backend-bytes": "8589934592" } } },
  },
  {
    apiVersion: "kubeadm.k8s.io/v1beta4",
    kind: "ClusterConfiguration",
    etcd: { local: { extraArgs: [{ name: "quota-backend-bytes", value: "8589934592" }] } },
  },
];

describe("the configuration of the kind cluster", () => {
  it("is one node that publishes the lab's ports on loopback alone", () => {
    const { kubeadmConfigPatches, containerdConfigPatches, ...rest } = configuration();
    assert.deepEqual(rest, {
      kind: "Cluster",
      apiVersion: "kind.x-k8s.io/v1alpha4",
      nodes: [
        {
          role: "control-plane",
          image: "kindest/node:v1.37.0",
          extraMounts: [mount],
          extraPortMappings: [port(30500), port(30800)],
        },
      ],
    });
    assert.deepEqual(
      kubeadmConfigPatches.map((text) => parse(text) as unknown),
      [
        {
          kind: "KubeletConfiguration",
          maxPods: 250,
          containerLogMaxSize: "5Mi",
          podPidsLimit: 4096,
          evictionHard: { "nodefs.available": "2Gi", "imagefs.available": "2Gi" },
        },
        ...etcd,
      ],
    );
    assert.deepEqual(containerdConfigPatches, [
      '[plugins."io.containerd.grpc.v1.cri"]\n' +
        '[plugins."io.containerd.grpc.v1.cri".registry]\n' +
        '  config_path = "/etc/containerd/certs.d"\n',
    ]);
  });

  it("has further nodes as workers that know the registry, and pods on the first one too", () => {
    const { nodes } = configuration({ nodes: 3 });
    const worker = { role: "worker", image: "kindest/node:v1.37.0", extraMounts: [mount] };
    assert.deepEqual(nodes.slice(1), [worker, worker]);
    assert.deepEqual(patches({ nodes: 3 })[1], {
      kind: "InitConfiguration",
      nodeRegistration: { taints: [] },
    });
  });

  it("names the images of a node that was built here", () => {
    const [, cluster] = patches({ images: "built" });
    assert.deepEqual(cluster, {
      kind: "ClusterConfiguration",
      imageRepository: "lab.local",
      dns: { imageTag: "v1.12.4" },
      etcd: { local: { imageTag: "3.6.6" } },
    });
  });

  it("has kubelet delete no images that were built here, as it would where the disk is full", () => {
    assert.equal(patches({ images: "built" })[0]?.["evictionHard"], undefined);
  });

  it("lets kubelet run on version 1 of control groups, where the machine has that", () => {
    assert.equal(patches({ controlGroups: "1" })[0]?.["failCgroupV1"], false);
    assert.equal(patches({ controlGroups: "2" })[0]?.["failCgroupV1"], undefined);
  });

  it("lowers no OOM score where root may not", () => {
    const restricted = { restricted: true };
    assert.equal(patches(restricted)[0]?.["oomScoreAdj"], 0);
    assert.deepEqual(patches(restricted)[1], { kind: "KubeProxyConfiguration", oomScoreAdj: 0 });
    assert.match(configuration(restricted).containerdConfigPatches[0] ?? "", /restrict_oom_score_adj = true/);
  });

  it("leads containerd to the registry's node port", () => {
    assert.equal(
      registryHosts(30500),
      'server = "http://localhost:30500"\n' +
        '[host."http://localhost:30500"]\n' +
        '  capabilities = ["pull", "resolve"]\n',
    );
  });
});
