import { resetMocks, setConfig, STACK } from "../../../support/mocks";
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import type { V1Node } from "@kubernetes/client-node";
import { loadConfig } from "../../../../config/load";
import { apiServer } from "../../../../stacks/preflight/api-server";
import { existingArgo } from "../../../../stacks/preflight/argo";
import { type Inspection, textOf } from "../../../../stacks/preflight/finding";
import { nodes, version } from "../../../../stacks/preflight/nodes";
import { imageRegistry } from "../../../../stacks/preflight/registry/registry";
import { rights } from "../../../../stacks/preflight/claims/rights";
import { storageClass } from "../../../../stacks/preflight/storage";
import { withoutProxies } from "../../../support/proxies";
import { clusterWith, type Contents, object } from "../../../support/live-cluster";

type Settings = Parameters<typeof setConfig>[0];

const ALICE = { scope: "student", student: "alice", baseStack: "course-base" };
const AMD64 = process.arch === "x64" ? "amd64" : process.arch;
const OTHER = AMD64 === "amd64" ? "arm64" : "amd64";

/** What an inspection finds, as text; warnings begin with the word. */
async function found(
  inspect: Inspection,
  contents: Contents,
  settings: Settings = {},
  secrets: Record<string, string> = {},
): Promise<string[]> {
  resetMocks();
  setConfig(settings, secrets);
  const cluster = clusterWith(contents);
  const nodes = (await cluster.list<V1Node>("v1", "Node")) ?? [];
  const findings = await inspect({ config: loadConfig(), stack: STACK, cluster, nodes });
  return findings.map((each) => (each.warning === true ? `warning: ${textOf(each)}` : textOf(each)));
}

interface NodeParts {
  readonly architecture?: string;
  readonly osImage?: string;
  readonly userNamespaces?: boolean;
  readonly taint?: string;
  readonly address?: string;
  readonly providerID?: string;
  readonly labels?: Record<string, string>;
}

function node(name: string, parts: NodeParts = {}) {
  const {
    architecture = AMD64,
    osImage = "Debian GNU/Linux 12",
    userNamespaces,
    taint,
    address,
    providerID,
  } = parts;
  return object("Node", name, {
    metadata: { labels: parts.labels ?? {} },
    spec: { providerID, ...(taint === undefined ? {} : { taints: [{ key: "some", effect: taint }] }) },
    status: {
      nodeInfo: { architecture, osImage },
      addresses: [{ type: "InternalIP", address: address ?? "192.0.2.10" }],
      runtimeHandlers: userNamespaces === undefined ? [] : [{ name: "", features: { userNamespaces } }],
    },
  });
}

describe("the inspection of a cluster's version", () => {
  it("takes 1.30 to 1.37, refuses older ones and warns of newer ones", async () => {
    assert.deepEqual(await found(version, { version: "1.30" }), []);
    assert.deepEqual(await found(version, { version: "1.37" }), []);
    assert.deepEqual(await found(version, { version: "1.29" }), [
      "Kubernetes 1.29: expected 1.30 or later\n    fix: upgrade the cluster, or use another one",
    ]);
    assert.match((await found(version, { version: "1.38" })).join(), /^warning: Kubernetes 1\.38 is newer/);
  });
});

describe("the inspection of nodes", () => {
  it("finds nothing where the nodes are like this machine, or nobody may see them", async () => {
    assert.deepEqual(await found(nodes, { objects: [node("one"), node("two")] }), []);
    assert.deepEqual(await found(nodes, {}), []);
    assert.deepEqual(
      await found(nodes, { objects: [node("arm", { architecture: OTHER })], hidden: ["Node"] }),
      [],
    );
  });

  it("refuses to build for an architecture that the nodes do not have", async () => {
    assert.deepEqual(await found(nodes, { objects: [node("one", { architecture: OTHER })] }), [
      `images would be built for linux/${AMD64}, this machine's, but the nodes are linux/${OTHER}\n` +
        `    fix: pulumi config set gourmetgram:platform linux/${OTHER}`,
    ]);
    const settings = { platform: `linux/${OTHER}` };
    assert.deepEqual(await found(nodes, { objects: [node("one", { architecture: OTHER })] }, settings), []);
    assert.match(
      (await found(nodes, { objects: [node("one")] }, settings)).join(),
      new RegExp(`gourmetgram:platform is linux/${OTHER}, but there are nodes of ${AMD64}`),
    );
  });

  it("refuses nodes of two architectures, and leaves out those that take no pods", async () => {
    const mixed = [node("one"), node("two", { architecture: OTHER })];
    assert.match((await found(nodes, { objects: mixed })).join(), /architectures amd64 and arm64/);
    const tainted = [node("one"), node("two", { architecture: OTHER, taint: "NoSchedule" })];
    assert.deepEqual(await found(nodes, { objects: tainted }), []);
  });

  it("refuses an architecture for which an image has no build", async () => {
    assert.deepEqual(await found(nodes, { objects: [node("one", { architecture: "s390x" })] }), [
      "the nodes have the architecture s390x; images of the lab exist for linux/amd64, linux/arm64\n" +
        "    fix: pulumi config set gourmetgram:platform linux/amd64",
    ]);
  });

  it("knows where BuildKit cannot have user namespaces, and what to choose instead", async () => {
    const talos = (userNamespaces: boolean) => [node("t", { osImage: "Talos (v1.9)", userNamespaces })];
    const [first = ""] = await found(nodes, { objects: talos(true) });
    assert.match(first, /^BuildKit without root needs user namespaces.*: t \(Talos \(v1\.9\)\)/);
    assert.match(first, /fix: pulumi config set gourmetgram:buildkitMode userns\n/);
    assert.doesNotMatch((await found(nodes, { objects: talos(false) })).join(), /buildkitMode userns/);
    assert.deepEqual(await found(nodes, { objects: talos(false) }, { buildkitMode: "privileged" }), []);
  });

  it("warns of Ubuntu from 24.04 on, whose setting no API tells", async () => {
    for (const [osImage, warns] of [
      ["Ubuntu 22.04.5 LTS", false],
      ["Ubuntu 24.04.1 LTS", true],
    ] as const) {
      const all = await found(nodes, { objects: [node("u", { osImage })] });
      assert.deepEqual(
        all.map((text) => text.startsWith("warning: BuildKit without root does not start")),
        warns ? [true] : [],
      );
    }
  });

  it("refuses user namespaces of Kubernetes where a node has none", async () => {
    const settings = { buildkitMode: "userns" };
    const objects = [node("new", { userNamespaces: true }), node("old", { userNamespaces: false })];
    assert.match(
      (await found(nodes, { objects }, settings)).join(),
      /^gourmetgram:buildkitMode is userns, but these nodes have no user namespaces for pods: old /,
    );
    assert.deepEqual(await found(nodes, { objects: objects.slice(0, 1) }, settings), []);
  });
});

describe("the inspection of storage classes", () => {
  const standard = object("StorageClass", "standard", {
    metadata: { annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
  });
  const slow = object("StorageClass", "slow");

  it("wants the class that the settings name, or a default", async () => {
    assert.deepEqual(await found(storageClass, { objects: [standard] }), []);
    assert.deepEqual(await found(storageClass, { objects: [slow] }, { storageClass: "slow" }), []);
    assert.deepEqual(await found(storageClass, { objects: [slow] }), [
      "there is no default storage class for the stack's volumes: the cluster has slow\n" +
        "    fix: pulumi config set gourmetgram:storageClass slow",
    ]);
    assert.deepEqual(await found(storageClass, { objects: [slow] }, { storageClass: "fast" }), [
      "gourmetgram:storageClass is fast, which does not exist: the cluster has slow\n" +
        "    fix: pulumi config set gourmetgram:storageClass slow",
    ]);
    assert.deepEqual(await found(storageClass, {}), [
      "there is no default storage class for the stack's volumes: the cluster has none\n" +
        "    fix: install a storage provisioner with a default class",
    ]);
  });
});

describe("the inspection of an Argo that exists", () => {
  const settings = { argo: "existing" };
  const crds = ["cronworkflows", "workflows", "workflowtaskresults", "workflowtemplates"].map((plural) =>
    object("CustomResourceDefinition", `${plural}.argoproj.io`),
  );
  const configuration = (data: object) => object("ConfigMap", "argo/workflow-controller-configmap", { data });

  it("asks for nothing where the stack brings its own", async () => {
    assert.deepEqual(await found(existingArgo, {}), []);
  });

  it("misses kinds, and names each", async () => {
    assert.deepEqual(await found(existingArgo, { objects: crds.slice(1) }, settings), [
      "gourmetgram:argo is existing, but the cluster has no CustomResourceDefinition cronworkflows.argoproj.io\n" +
        "    fix: pulumi config set gourmetgram:argo install",
    ]);
  });

  it("refuses a controller whose executor the namespaces would not admit", async () => {
    const bare = await found(existingArgo, { objects: [...crds, configuration({})] }, settings);
    assert.match(bare.join(), /gives its executor no security context/);
    const context = "securityContext: { allowPrivilegeEscalation: false }";
    for (const data of [{ config: `executor: { ${context} }` }, { executor: context }]) {
      assert.deepEqual(await found(existingArgo, { objects: [...crds, configuration(data)] }, settings), []);
    }
  });

  it("only warns where the controller's configuration cannot be seen", async () => {
    assert.match(
      (await found(existingArgo, { objects: crds }, settings)).join(),
      /^warning: gourmetgram:argoNamespace/,
    );
  });
});

describe("the inspection of rights", () => {
  it("names every kind that this identity may not create", async () => {
    assert.deepEqual(await found(rights, {}), []);
    const forbidden = ["namespaces", "customresourcedefinitions", "priorityclasses"];
    assert.match(
      (await found(rights, { forbidden })).join(),
      /^this identity may not create Namespace, CustomResourceDefinition\n/,
    );
    assert.match(
      (
        await found(
          rights,
          { forbidden: ["priorityclasses", "validatingadmissionpolicies"] },
          { scope: "base" },
        )
      ).join(),
      /^this identity may not create ValidatingAdmissionPolicy, PriorityClass\n/,
    );
  });
});

describe("the inspection of the API server's place", () => {
  const objects = [
    object("Service", "default/kubernetes", { spec: { clusterIPs: ["10.96.0.1"], ports: [{ port: 443 }] } }),
    object("EndpointSlice", "default/kubernetes", {
      ports: [{ port: 8443 }],
      endpoints: [{ addresses: ["10.1.2.3"] }],
    }),
  ];

  it("is for students, whose policies have to let their runs report", async () => {
    assert.deepEqual(await found(apiServer, { objects }), []);
    assert.deepEqual(await found(apiServer, {}, ALICE), []);
    assert.deepEqual(await found(apiServer, { objects }, ALICE), [
      "the API server answers at 8443, which gourmetgram:apiServerPorts leaves out: the network policies would keep every run from reporting\n" +
        "    fix: pulumi config set-all --path --plaintext 'gourmetgram:apiServerPorts[0]=443' --plaintext 'gourmetgram:apiServerPorts[1]=8443'",
    ]);
  });

  it("is for backups too", async () => {
    const passphrase = { backupPassphrase: "several words" };
    assert.match(
      (await found(apiServer, { objects }, { backupSchedule: "0 3 * * *" }, passphrase)).join(),
      /^the API server answers at 8443, .* would keep every backup from the labs\n/,
    );
  });

  it("compares addresses with blocks", async () => {
    const settings = (...blocks: string[]) => ({
      ...ALICE,
      apiServerPorts: [8443],
      apiServerAddresses: blocks,
    });
    assert.deepEqual(await found(apiServer, { objects }, settings("10.1.0.0/16")), []);
    assert.match(
      (await found(apiServer, { objects }, settings("10.2.0.0/16"))).join(),
      /answers at 10\.1\.2\.3, [^]*apiServerAddresses\[0\]=10\.1\.2\.3\/32' --plaintext 'gourmetgram:apiServerAddresses\[1\]=10\.96\.0\.1\/32'/,
    );
  });
});

describe("the inspection of the way to the registry", () => {
  /** A port on which nothing listens. */
  async function closedPort(): Promise<number> {
    for (let port = 32_700; ; port -= 1) {
      const server = createServer();
      const free = await new Promise<boolean>((resolve) => {
        server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true));
      });
      await new Promise((resolve) => server.close(resolve));
      if (free) return port;
    }
  }

  it("finds nothing where a node is this machine, in Docker Desktop, or with an address for pushing", async () => {
    const registryNodePort = await closedPort();
    const own = Object.values(networkInterfaces()).flatMap((each) => each ?? [])[0]?.address ?? assert.fail();
    for (const each of [node("this", { address: own }), node("docker-desktop")]) {
      assert.deepEqual(await found(imageRegistry, { objects: [each] }, { registryNodePort }), []);
    }
    // Whoever sets it knows a way, which nothing can be at the end of before the registry is there.
    const settings = { registryPushAddress: "192.0.2.1:30500", registryNodePort };
    assert.deepEqual(await found(imageRegistry, { objects: [node("far")] }, settings), []);
  });

  describe("elsewhere", () => {
    withoutProxies();
    afterEach(() => delete process.env["HTTPS_PROXY"]);

    it("finds nothing where it takes connections, at the address for pushing if there is one", async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      try {
        for (const settings of [
          { externalRegistry: `127.0.0.1:${port}/team`, externalRegistryInCluster: "registry:5000/team" },
          { externalRegistry: "registry.invalid/team", registryPushAddress: `127.0.0.1:${port}/team` },
          {
            externalRegistry: "registry.invalid/team",
            registryPushAddress: `host.docker.internal:${port}/team`,
          },
        ]) {
          assert.deepEqual(await found(imageRegistry, {}, settings), []);
        }
      } finally {
        server.close();
      }
    });

    it("says before the first build that it cannot be reached, and why", async () => {
      const port = await closedPort();
      const push = { externalRegistry: "ghcr.io/team", registryPushAddress: `127.0.0.1:${port}/team` };
      assert.deepEqual(await found(imageRegistry, {}, push), [
        `images cannot be pushed: nothing answers at port ${port} of 127.0.0.1 (gourmetgram:registryPushAddress is 127.0.0.1:${port}/team): ECONNREFUSED\n` +
          "    fix: start the registry, or let this machine reach it\n" +
          "    fix: pulumi config set gourmetgram:registryPushAddress HOST:PORT/PATH",
      ]);
      // The top-level domain that no name is ever given in.
      const [text = ""] = await found(imageRegistry, {}, { externalRegistry: "registry.invalid/team" });
      assert.match(
        text,
        /^images cannot be pushed: nothing answers at port 443 of registry\.invalid \(gourmetgram:externalRegistry is registry\.invalid\/team\): (?:ENOTFOUND|EAI_AGAIN)\n/,
      );
    });

    it("only warns where there is a proxy, which Docker may go through", async () => {
      process.env["HTTPS_PROXY"] = "http://proxy.example.org:3128";
      const settings = { externalRegistry: "registry.invalid/team" };
      assert.match((await found(imageRegistry, {}, settings)).join(), /^warning: images cannot be pushed/);
    });
  });

  it("finds nothing where the port is published on this machine", async () => {
    const registryNodePort = await closedPort();
    const server = createServer().listen(registryNodePort, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      const kind = node("kind", { providerID: "kind://docker/kind/kind-control-plane" });
      assert.deepEqual(await found(imageRegistry, { objects: [kind] }, { registryNodePort }), []);
    } finally {
      server.close();
    }
  });

  for (const [title, parts, name, expected] of [
    [
      "kind",
      { providerID: "kind://docker/kind/kind-control-plane" },
      "kind-control-plane",
      /a kind cluster with extraPortMappings/,
    ],
    [
      "k3d",
      { providerID: "k3s://k3d-course-server-0" },
      "k3d-course-server-0",
      /k3d cluster edit course --port-add \d+:\d+@server:0/,
    ],
    [
      "minikube",
      { labels: { "minikube.k8s.io/name": "minikube" } },
      "minikube",
      /minikube start --ports=\d+:\d+/,
    ],
    ["a remote cluster", {}, "worker", /pulumi config set gourmetgram:externalRegistry HOST\/PATH/],
  ] as const) {
    it(`says before the first build that ${title} cannot be pushed to, and what to do`, async () => {
      const registryNodePort = await closedPort();
      const [text = "", ...others] = await found(
        imageRegistry,
        { objects: [node(name, parts)] },
        { registryNodePort },
      );
      assert.deepEqual(others, []);
      assert.match(text, /^images cannot be pushed: /);
      assert.match(text, expected);
    });
  }

  it("offers the registry that the cluster tells of", async () => {
    const hosting = object("ConfigMap", "kube-public/local-registry-hosting", {
      data: {
        "localRegistryHosting.v1": "host: localhost:5001\nhostFromClusterNetwork: kind-registry:5000\n",
      },
    });
    const registryNodePort = await closedPort();
    assert.match(
      (await found(imageRegistry, { objects: [node("n"), hosting] }, { registryNodePort })).join(),
      /pulumi config set-all --plaintext gourmetgram:externalRegistry=localhost:5001 .*externalRegistryInCluster=kind-registry:5000 .*externalRegistryPlainHttp=true/,
    );
  });

  for (const mode of ["ipvs", "nftables"]) {
    it(`refuses node ports on loopback addresses where kube-proxy has the mode ${mode}`, async () => {
      const proxy = object("ConfigMap", "kube-system/kube-proxy", {
        data: { "config.conf": `mode: ${mode}\n` },
      });
      assert.match(
        (await found(imageRegistry, { objects: [proxy] })).join(),
        new RegExp(`kube-proxy has the mode ${mode}`),
      );
      assert.deepEqual(
        await found(imageRegistry, { objects: [proxy] }, { registryPullFrom: "in-cluster" }),
        [],
      );
    });
  }
});
