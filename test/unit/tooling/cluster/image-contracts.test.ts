import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "yaml";
import { KEYS, type KeyName } from "../../../../config/keys";
import { labImages } from "../../../../tooling/machine/docker/image-names";
import {
  registryConfiguration,
  registryFile,
} from "../../../../tooling/cluster/images/registry-configuration";
import { dockerfile, filesOf, scratchImages } from "../../../../tooling/cluster/images/scratch-images";
import { dockerfileOf, type Dockerfile } from "../../../support/dockerfile";
import { checkout } from "../../../support/checkout";

const read = (path: string): string => readFileSync(join(checkout, path), "utf8");

/** A row of the first table in docs/how-to/images.md, and of the second. */
interface Contract {
  readonly setting: string;
  readonly image: string;
  readonly user: string;
  readonly starts: string;
  readonly port: string;
  readonly endsBy: string;
}
interface Use {
  readonly setting: string;
  readonly paths: readonly string[];
  readonly variables: readonly string[];
  readonly configuration: readonly string[];
}

/** The cells of the table below a heading, with their backticks. */
const rows = (heading: RegExp): string[][] =>
  (read("docs/how-to/images.md").split(heading)[1]?.split(/^## /m)[0] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => cell.trim()));

const contracts: readonly Contract[] = rows(/^# .*$/m).map((row) => {
  const cells = row.map((cell) => cell.replaceAll("`", ""));
  const [, setting = "", image = "", user = "", starts = "", port = "", endsBy = ""] = cells;
  return { setting, image, user, starts, port, endsBy };
});

/** What stands in backticks in a cell. */
const codeIn = (cell = ""): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);

const uses: readonly Use[] = rows(/^## What is used of each$/m).map(([, setting, ...cells]) => {
  const [paths = [], variables = [], configuration = []] = cells.map(codeIn);
  return { setting: codeIn(setting)[0] ?? "", paths, variables, configuration };
});

const useOf = (setting: KeyName): Use =>
  uses.find((each) => each.setting === setting) ?? assert.fail(setting);

function contractOf(setting: KeyName): Contract {
  const found = contracts.find((each) => each.setting === setting);
  assert.ok(found, setting);
  return found;
}

/** The command that a container of an image starts with, programs by their names alone. */
function startOf({ entrypoint, command }: Dockerfile): string {
  const [program = "", ...rest] = [...entrypoint, ...command];
  return [basename(program), ...rest].join(" ");
}

describe("docs/how-to/images.md", () => {
  it("has each image that a stack can choose, with its default", () => {
    const settings = Object.entries(KEYS).filter(([name]) => name.endsWith("Image"));
    assert.deepEqual(
      contracts.map(({ setting, image }) => [setting, image]).sort(),
      settings.map(([name, key]) => [name, key.default]).sort(),
    );
    assert.deepEqual(
      uses.map(({ setting }) => setting),
      contracts.map(({ setting }) => setting),
    );
  });

  it("names the folders that the pods mount for each image to write to", () => {
    const written = {
      registryImage: ["components/registry/local-registry.ts"],
      postgresImage: ["components/mlflow/postgres.ts"],
      argoServerImage: ["components/argo/argo-program.ts"],
      buildkitImage: ["components/builder/builder-pod.ts"],
    } satisfies Partial<Record<KeyName, readonly string[]>>;
    for (const [setting, files] of Object.entries(written)) {
      const text = files.map(read).join();
      const { paths } = useOf(setting as KeyName);
      assert.ok(
        paths.some((path) => text.includes(`"${path}"`)),
        setting,
      );
    }
  });
});

describe("the stand-ins for official images", () => {
  const fromFolders = {
    registryGuardImage: { folder: "nginx", user: "101:101", starts: /^nginx -e stderr -g daemon off;$/ },
    // The official one begins as root and becomes this user.
    postgresImage: { folder: "postgres", user: "999:999", starts: /^docker-entrypoint\.sh postgres$/ },
    buildkitImage: { folder: "buildkit", user: "1000:1000", starts: /^rootlesskit buildkitd$/ },
  } satisfies Partial<Record<KeyName, unknown>>;

  for (const [setting, { folder, user, starts }] of Object.entries(fromFolders)) {
    it(`images/${folder} starts and ends like that of ${setting}, as a user without root`, () => {
      const contract = contractOf(setting as KeyName);
      const image = dockerfileOf(read(`images/${folder}/Dockerfile`));
      assert.match(startOf(image), starts);
      assert.ok(startOf(image).startsWith(contract.starts));
      assert.equal(image.user, user);
      assert.ok(contract.user === "root" || user.split(":")[0] === contract.user.split(":")[0]);
      assert.equal(image.stopSignal, contract.endsBy);
    });
  }

  it("are all that images/ has besides the stack's own", () => {
    const own = ["app", "backup", "git-server", "mlflow", "pipeline", "training"];
    // They take the place of images that kind and kubeadm name, not of a setting's.
    const cluster = ["kind-node", "kube-network"];
    const standIns = Object.values(fromFolders).map(({ folder }) => folder);
    assert.deepEqual(readdirSync(join(checkout, "images")).sort(), [...own, ...cluster, ...standIns].sort());
  });

  it("have the folders and variables that the second table names", () => {
    for (const [setting, { folder }] of Object.entries(fromFolders)) {
      const text = readdirSync(join(checkout, "images", folder))
        .filter((file) => file === "Dockerfile" || file.endsWith(".sh"))
        .map((file) => read(`images/${folder}/${file}`))
        .join("\n");
      const { paths, variables, configuration } = useOf(setting as KeyName);
      // Every image of Debian has that one.
      const named = [...paths, ...configuration].filter((path) => path !== "/tmp");
      for (const each of [...named, ...variables.map((name) => name.replace(/_FILE$/, ""))])
        assert.ok(text.includes(each), `${setting}: ${each}`);
    }
    const executor = scratchImages.find(({ image }) => image === labImages.argoExecutor);
    assert.ok(executor);
    for (const path of useOf("argoExecutorImage").configuration)
      assert.ok(
        filesOf(executor).some(([file]) => file === path),
        path,
      );
    const { configuration, paths } = useOf("registryImage");
    assert.deepEqual(configuration, [registryFile]);
    assert.ok(registryConfiguration.includes(`rootdirectory: ${paths[0] ?? ""}\n`));
  });

  it("keep Postgres' data, variables and port where the official image has them", () => {
    const image = dockerfileOf(read("images/postgres/Dockerfile"));
    assert.equal(image.environment["PGDATA"], useOf("postgresImage").paths[0]);
    assert.deepEqual(image.ports, [contractOf("postgresImage").port]);
    const script = read("images/postgres/docker-entrypoint.sh");
    for (const name of [
      "PGDATA",
      "POSTGRES_USER",
      "POSTGRES_DB",
      "POSTGRES_PASSWORD",
      "POSTGRES_PASSWORD_FILE",
    ]) {
      assert.match(script, new RegExp(`\\$\\{?${name}\\b|: "\\$\\{${name}:`), name);
    }
    assert.match(read("images/postgres/Dockerfile"), /install -d -o postgres .* \/var\/run\/postgresql\n/);
  });

  it("give BuildKit's user the folders and variables of the official image", () => {
    const text = read("images/buildkit/Dockerfile");
    assert.deepEqual(Object.keys(dockerfileOf(text).environment), useOf("buildkitImage").variables);
    assert.deepEqual(dockerfileOf(text).environment, {
      HOME: "/home/user",
      USER: "user",
      XDG_RUNTIME_DIR: "/run/user/1000",
      TMPDIR: "/home/user/.local/tmp",
      BUILDKIT_HOST: "unix:///run/user/1000/buildkit/buildkitd.sock",
    });
    assert.match(text, /echo user:100000:65536 > \/etc\/subuid/);
    assert.match(text, /echo user:100000:65536 > \/etc\/subgid/);
    assert.match(
      text,
      /install -d -o user -g user \/home\/user\/\.local\/share\/buildkit \/home\/user\/\.local\/tmp/,
    );
    assert.match(text, /^COPY buildkitd buildctl rootlesskit \/usr\/bin\/$/m);
  });

  const fromPrograms = {
    registryImage: labImages.registry,
    argoControllerImage: labImages.workflowController,
    argoServerImage: labImages.argoServer,
    argoExecutorImage: labImages.argoExecutor,
  } satisfies Partial<Record<KeyName, string>>;

  for (const [setting, name] of Object.entries(fromPrograms)) {
    it(`${name} starts like the official one`, () => {
      const spec = scratchImages.find(({ image }) => image === name);
      assert.ok(spec);
      const image = dockerfileOf(dockerfile(spec));
      assert.equal(startOf(image), contractOf(setting as KeyName).starts);
      // Pods that give another command find the program by its name.
      assert.equal(image.environment["PATH"], "/bin");
      assert.equal(image.entrypoint[0], `/bin/${spec.program}`);
    });
  }

  it("configure the registry as the official image does", () => {
    const spec = scratchImages.find(({ image }) => image === labImages.registry);
    assert.deepEqual(spec?.files, { [registryFile]: registryConfiguration });
    assert.ok(contractOf("registryImage").starts.endsWith(registryFile));
    assert.deepEqual(parse(registryConfiguration), {
      version: 0.1,
      log: { level: "debug", fields: { service: "registry", environment: "development" } },
      storage: {
        filesystem: { rootdirectory: "/var/lib/registry" },
        cache: { blobdescriptor: "inmemory" },
        delete: { enabled: true },
        tag: { concurrencylimit: 5 },
      },
      http: {
        addr: `:${contractOf("registryImage").port}`,
        debug: { addr: ":5001", prometheus: { enabled: true, path: "/metrics" } },
      },
      health: { storagedriver: { enabled: true, interval: "10s", threshold: 3 } },
    });
  });
});
