import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Ended, FakeLab, FakeProgram } from "../../../support/fake-lab";
import type { ClusterRecord } from "../../../../tooling/machine/cluster-record";
import { versions } from "../../../../tooling/machine/versions";

const FIRST = "gourmetgram-control-plane";
const SECOND = "gourmetgram-worker";
const NODES = [FIRST, SECOND];
const PKI = "var/lib/kubelet/pki";

const RECORD: ClusterRecord = {
  containers: ["aaa", "bbb"],
  volumes: [],
  madeNetwork: true,
  images: "built",
  madeFrom: "0123",
  kubernetes: "1.34.3",
  nodes: 2,
  ports: [],
  settings: {},
};

/** A Docker whose containers are folders: it runs what is to be run in one with this machine's programs, on those files. */
const DOCKER = `#!/bin/bash
cd "\${0%/*}/../nodes"
export PATH="$PWD/bin:/usr/bin:/bin"
printf '%s\\n' "\${*//$'\\n'/; }" >> calls
case "$1" in
  ps) printf 'aaa ${FIRST} running\\nbbb ${SECOND} running\\n' ;;
  inspect) date --iso-8601=seconds --date '-1 minute' ;;
esac
[ "$1" = exec ] || exit 0
shift
[ "$1" = --interactive ] && shift
node=$1
shift
if [ "$node" = "$(cat broken 2>/dev/null)" ] && [[ "$*" == *PRIVATE* ]]; then set -- head -c 100 /dev/stdin; fi
for folder in /var/lib/kubelet /etc/kubernetes; do set -- "\${@//$folder/$PWD/$node$folder}"; done
exec "$@"
`;

/** Makes a kubeconfig whose key is the name of the user that is asked for. */
const KUBEADM = `#!/bin/bash
[ "$1" = kubeconfig ] || exit 0
[ "\${*:2:6}" = "user --config /kind/kubeadm.conf --org system:nodes --client-name" ] || exit 1
key=$(printf -- '-----BEGIN PRIVATE KEY-----\\n%s\\n-----END PRIVATE KEY-----\\n' "$8" | base64 --wrap 0)
printf '{"current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
  "clusters": [{"name": "k", "cluster": {"server": "https://k:6443"}}],
  "users": [{"name": "u", "user": {"client-certificate-data": "%s", "client-key-data": "%s"}}]}' \\
  "$(base64 --wrap 0 new.crt)" "$key"
`;

/** A cluster that is ready. */
const KUBECTL = `#!/bin/bash
later=$(date --iso-8601=seconds --date '+1 minute')
case "$*" in
  *readyz) printf ok ;;
  *'get nodes'*) printf "True $later\\nTrue $later\\n" ;;
  *lease*) printf "$later" ;;
esac
`;

describe("the renewal of the kind cluster's certificates", () => {
  let lab: FakeLab;
  let nodes: string;

  beforeEach(() => {
    lab = new FakeLab("embedded");
    nodes = join(lab.folder, "nodes");
    for (const folder of [...NODES.flatMap((node) => [join(node, PKI), join(node, "etc/kubernetes")]), "bin"])
      mkdirSync(join(nodes, folder), { recursive: true });
    for (const [file, text] of [
      ["../bin/docker", DOCKER],
      ["bin/kubeadm", KUBEADM],
      ["bin/kubectl", KUBECTL],
      ["bin/systemctl", "#!/bin/sh\n"],
    ] as const)
      writeFileSync(join(nodes, file), text, { mode: 0o755 });
    kind().answer({ to: "version", stdout: `kind v${versions.kind} go1.26 linux/amd64` });
    certificate("new.crt", 365);
    certificate("old.crt", 100);
    NODES.forEach((node) => give(node, "old.crt"));
    lab.addFile("live/cluster.json", JSON.stringify(RECORD));
    lab.addFile("live/admin.kubeconfig", administrator());
  });
  afterEach(() => lab.remove());

  const kind = (): FakeProgram => new FakeProgram(join(lab.folder, "bin", "kind"));
  const read = (...name: string[]): string => readFileSync(join(nodes, ...name), "utf8");
  const calls = (): string[] => read("calls").trim().split("\n");

  function certificate(name: string, days: number): void {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "unused"];
    const options = { cwd: nodes, stdio: "ignore" } as const;
    execFileSync("openssl", ["req", ...key, "-subj", "/CN=someone", "-out", "request"], options);
    const ends = ["-days", String(days), "-out", name];
    execFileSync("openssl", ["x509", "-req", "-in", "request", "-signkey", "unused", ...ends], options);
  }

  /** Gives kubelet on a node a certificate, as kubelet itself stores it. */
  function give(node: string, name: string): void {
    const link = join(nodes, node, PKI, "kubelet-client-current.pem");
    writeFileSync(join(nodes, node, PKI, "kubelet-client-2026.pem"), read(name));
    rmSync(link, { force: true });
    symlinkSync("kubelet-client-2026.pem", link);
  }

  /** A kubeconfig of an administrator whose certificate has long to go, of a server that does not answer. */
  const administrator = (): string =>
    JSON.stringify({
      "current-context": "c",
      contexts: [{ name: "c", context: { cluster: "k", user: "u" } }],
      clusters: [{ name: "k", cluster: { server: "https://127.0.0.1:1" } }],
      users: [
        {
          name: "u",
          user: { "client-certificate-data": Buffer.from(read("new.crt")).toString("base64") },
        },
      ],
    });

  const current = (node: string): string => read(node, PKI, "kubelet-client-current.pem");
  const renewed = (node: string): string =>
    `${read("new.crt")}-----BEGIN PRIVATE KEY-----\nsystem:node:${node}\n-----END PRIVATE KEY-----\n`;
  const start = (renew = false): Promise<Ended> =>
    lab.run("cluster/kind", `startCluster("built", ${renew}, () => undefined)`);

  it("gives each kubelet a certificate with its own name, and restarts what has read the old ones", async () => {
    const { exitCode, stderr } = await start(true);
    assert.equal(exitCode, 0, stderr);
    for (const node of NODES) {
      assert.equal(current(node), renewed(node));
      assert.deepEqual(readdirSync(join(nodes, node, PKI)).sort(), [
        "kubelet-client-2026.pem",
        "kubelet-client-current.pem",
        "kubelet-client-renewed.pem",
      ]);
      assert.deepEqual(readdirSync(join(nodes, node, "etc/kubernetes")), []);
    }
    const restarts = calls().filter((call) => /restart|kubeadm certs/.test(call));
    assert.deepEqual(restarts, [
      `exec ${FIRST} kubeadm certs renew all`,
      `restart ${FIRST}`,
      `exec ${SECOND} systemctl restart kubelet`,
    ]);
    const exported = `export kubeconfig --name gourmetgram --kubeconfig ${lab.home}/live/admin.kubeconfig`;
    assert.deepEqual(kind().calls.slice(-1), [exported]);
    const log = readFileSync(join(lab.home, "logs", "certificates.log"), "utf8");
    assert.doesNotMatch(log, /BEGIN PRIVATE KEY|client-key-data/);
  });

  it("leaves whole files where it is cut off, and can be repeated", async () => {
    writeFileSync(join(nodes, "broken"), SECOND);
    // A second time, when the link leads to the file that is written again.
    for (let time = 0; time < 2; time++) {
      const { exitCode, stderr } = await start(true);
      assert.equal(exitCode, 1, stderr);
      assert.equal(current(FIRST), renewed(FIRST));
      assert.equal(current(SECOND), read("old.crt"));
      assert.equal(calls().includes(`restart ${FIRST}`), false);
      assert.deepEqual(
        kind().calls.filter((call) => call.startsWith("export")),
        [],
      );
    }
    rmSync(join(nodes, "broken"));
    const { exitCode, stderr } = await start(true);
    assert.equal(exitCode, 0, stderr);
    assert.equal(current(SECOND), renewed(SECOND));
  });

  it("is not made while all certificates have long to go", async () => {
    const { exitCode, stderr } = await start();
    assert.equal(exitCode, 0, stderr);
    assert.deepEqual(NODES.map(current), [read("old.crt"), read("old.crt")]);
    assert.equal(calls().includes(`exec ${FIRST} kubeadm certs renew all`), false);
  });

  it("is made where kubelet's has ended on one node, though no other has", async () => {
    certificate("ended.crt", -1);
    give(SECOND, "ended.crt");
    const { exitCode, stderr } = await start();
    assert.equal(exitCode, 0, stderr);
    assert.deepEqual(NODES.map(current), NODES.map(renewed));
  });

  it("is to do where it was asked for, and the remedy of a cluster with data deletes none without saying so", async () => {
    const stepOf = async (renew: boolean): Promise<string> => {
      const parts = `{ engine: "built", images: "built", kind: "built" }`;
      const tell = "map(async (step) => console.log(await step.isDone(), step.remedy))[0]";
      const call = `clusterSteps(${parts}, ${renew}).slice(-1).${tell}`;
      return (await lab.run("cluster/embedded-lab", call)).stdout;
    };
    assert.match(
      await stepOf(false),
      /^true npm run up -- --cluster-only --renew-certificates, .* deletes all data/,
    );
    assert.match(await stepOf(true), /^false npm run up/);
  });
});
