import { causeOf } from "../../support/errors";

/** A number that a training run logged, or an entry that describes it. */
interface Entry<V> {
  readonly key: string;
  readonly value: V;
}

export interface TrackedRun {
  readonly id: string;
  readonly metrics: ReadonlyMap<string, number>;
  readonly tags: ReadonlyMap<string, string>;
}

/** A version of the registered model. */
export interface ModelVersion {
  readonly version: number;
  /** Id of the run that made it. */
  readonly runId: string | undefined;
}

/** A version of the registered model with all that was noted on it. */
export interface VersionRecord {
  readonly version: string;
  /** Id of the run that made it; undefined where none did, as for one that a person registered. */
  readonly runId: string | undefined;
  /** When it was registered, in milliseconds since 1970. */
  readonly registered: number;
  readonly tags: ReadonlyMap<string, string>;
}

/** What the registry knows about a model. */
export interface RegistryState {
  /** By number, ascending. */
  readonly versions: readonly ModelVersion[];
  /** The version that the alias points to. */
  readonly alias: number | undefined;
}

/** A request that MLflow refused. */
export class MlflowError extends Error {
  constructor(
    request: string,
    readonly status: number,
    /** MLflow's own word for it, such as RESOURCE_DOES_NOT_EXIST. */
    readonly code: string | undefined,
    text: string,
  ) {
    super(`MLflow answered ${status} to ${request}: ${text.slice(0, 300)}`);
    this.name = "MlflowError";
  }
}

const REST = "/api/2.0/mlflow";
const ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts";
/** Seconds that one answer may take; a server that has just started needs several. */
const PATIENCE = 30;

/** MLflow, through its REST API. */
export class Mlflow {
  /** @param url Address without a path, for example `http://localhost:30800`. */
  constructor(readonly url: string) {}

  /** @throws Error unless the server says that it is well */
  async requireHealth(): Promise<void> {
    await this.send("GET", "/health");
  }

  /** The versions of a model and where its alias points. A model that nobody has registered yet has neither. */
  async registryState(model: string, alias: string): Promise<RegistryState> {
    const aliases = await this.aliasesOf(model);
    const version = aliases?.find((each) => each.alias === alias)?.version;
    return {
      versions: aliases === undefined ? [] : await this.versionsOf(model),
      alias: version === undefined ? undefined : Number(version),
    };
  }

  async tagsOf(model: string, version: string): Promise<ReadonlyMap<string, string>> {
    return (await this.version(model, version)).tags;
  }

  /** @throws MlflowError with the code `RESOURCE_DOES_NOT_EXIST` if there is no such version */
  async version(model: string, version: string): Promise<VersionRecord> {
    const path = "/model-versions/get";
    return recordOf(
      (await this.get<{ model_version: WireVersion }>(path, { name: model, version })).model_version,
    );
  }

  /** The version with the highest number; undefined if the model has none. */
  async newestVersion(model: string): Promise<VersionRecord | undefined> {
    const { model_versions: [newest] = [] } = await this.get<FoundVersions>("/model-versions/search", {
      filter: `name = '${model}'`,
      order_by: "version_number DESC",
      max_results: "1",
    });
    return newest === undefined ? undefined : recordOf(newest);
  }

  /** The version to which each alias points. A model that nobody has registered yet has none. */
  async aliases(model: string): Promise<ReadonlyMap<string, string>> {
    const found = (await this.aliasesOf(model)) ?? [];
    return new Map(found.map(({ alias, version }) => [alias, version]));
  }

  async runTags(id: string): Promise<ReadonlyMap<string, string>> {
    const { run } = await this.get<{ run: WireRun }>("/runs/get", { run_id: id });
    return byKey(run.data.tags);
  }

  /** The runs with a tag, in all experiments. */
  async runsTagged(key: string, value: string): Promise<TrackedRun[]> {
    return this.runs(`tags.\`${key}\` = '${value}'`);
  }

  /**
   * The newest runs of all experiments, 1000 at most.
   *
   * @param filter In MLflow's language. @default all of them
   */
  async runs(filter = ""): Promise<TrackedRun[]> {
    const { experiments = [] } = await this.ask<{ experiments?: { experiment_id: string }[] }>(
      "POST",
      "/experiments/search",
      { max_results: 1000 },
    );
    const { runs = [] } = await this.ask<{ runs?: WireRun[] }>("POST", "/runs/search", {
      experiment_ids: experiments.map((each) => each.experiment_id),
      filter,
      max_results: 1000,
    });
    return runs.map(({ info, data }) => ({
      id: info.run_id,
      metrics: byKey(data.metrics),
      tags: byKey(data.tags),
    }));
  }

  /** Makes a registered model without versions: a row in the database. */
  async createModel(name: string, description: string): Promise<void> {
    await this.ask("POST", "/registered-models/create", { name, description });
  }

  async descriptionOf(name: string): Promise<string | undefined> {
    return (await this.registeredModel(name)).description;
  }

  async deleteModel(name: string): Promise<void> {
    await this.ask("DELETE", "/registered-models/delete", { name });
  }

  /** Stores a file by way of the server, as clients do. */
  async putArtifact(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.send("PUT", `${ARTIFACTS}/${path}`, bytes);
  }

  async getArtifact(path: string): Promise<Uint8Array> {
    return new Uint8Array(await (await this.send("GET", `${ARTIFACTS}/${path}`)).arrayBuffer());
  }

  /** What is in a folder of the artifacts; nothing where it is not there. */
  async listArtifacts(folder: string): Promise<{ path: string; isFolder: boolean }[]> {
    const query = new URLSearchParams({ path: folder });
    const answer = await this.send("GET", `${ARTIFACTS}?${query.toString()}`);
    const { files = [] } = (await answer.json()) as { files?: { path: string; is_dir: boolean }[] };
    return files.map(({ path, is_dir }) => ({
      path: folder === "" ? path : `${folder}/${path}`,
      isFolder: is_dir,
    }));
  }

  /** Deletes a file, or a folder with all that is in it. */
  async deleteArtifact(path: string): Promise<void> {
    await this.send("DELETE", `${ARTIFACTS}/${path}`);
  }

  private async registeredModel(name: string): Promise<WireModel> {
    const path = "/registered-models/get";
    return (await this.get<{ registered_model: WireModel }>(path, { name })).registered_model;
  }

  private async aliasesOf(model: string): Promise<{ alias: string; version: string }[] | undefined> {
    try {
      return (await this.registeredModel(model)).aliases ?? [];
    } catch (error) {
      if (error instanceof MlflowError && error.code === "RESOURCE_DOES_NOT_EXIST") return undefined;
      throw error;
    }
  }

  private async versionsOf(model: string): Promise<ModelVersion[]> {
    const found: ModelVersion[] = [];
    let page = "";
    do {
      const answer: FoundVersions = await this.get("/model-versions/search", {
        filter: `name = '${model}'`,
        max_results: "200",
        ...(page === "" ? {} : { page_token: page }),
      });
      for (const { version, run_id } of answer.model_versions ?? []) {
        found.push({ version: Number(version), runId: run_id === "" ? undefined : run_id });
      }
      page = answer.next_page_token ?? "";
    } while (page !== "");
    return found.sort((a, b) => a.version - b.version);
  }

  /** Asks the REST API; the answer has the form that MLflow documents for the path. */
  private async ask<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const answer = await this.send(method, `${REST}${path}`, body);
    return (await answer.json()) as Answer;
  }

  private get<Answer>(path: string, query: Readonly<Record<string, string>>): Promise<Answer> {
    return this.ask("GET", `${path}?${new URLSearchParams(query).toString()}`);
  }

  private async send(
    method: string,
    path: string,
    body?: object | Uint8Array<ArrayBuffer>,
  ): Promise<Response> {
    const request = `${method} ${this.url}${path}`;
    const content =
      body === undefined
        ? {}
        : body instanceof Uint8Array
          ? { body }
          : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const answer = await fetch(`${this.url}${path}`, {
      method,
      ...content,
      signal: AbortSignal.timeout(PATIENCE * 1000),
    }).catch((error: unknown) => {
      throw new Error(`MLflow does not answer to ${request}: ${causeOf(error)}`);
    });
    if (answer.ok) return answer;
    const text = await answer.text();
    throw new MlflowError(request, answer.status, codeIn(text), text);
  }
}

interface WireRun {
  readonly info: { readonly run_id: string };
  readonly data: { readonly metrics?: Entry<number>[]; readonly tags?: Entry<string>[] };
}

interface WireVersion {
  readonly version: string;
  readonly run_id?: string;
  /** Milliseconds since 1970; a number of 64 bits, which Protocol Buffers may write as text. */
  readonly creation_timestamp?: number | string;
  readonly tags?: Entry<string>[];
}

interface FoundVersions {
  readonly model_versions?: readonly WireVersion[];
  readonly next_page_token?: string;
}

interface WireModel {
  readonly description?: string;
  readonly aliases?: { alias: string; version: string }[];
}

const recordOf = ({ version, run_id, creation_timestamp, tags }: WireVersion): VersionRecord => ({
  version,
  runId: run_id === "" ? undefined : run_id,
  registered: Number(creation_timestamp ?? 0),
  tags: byKey(tags),
});

function byKey<V>(entries: readonly Entry<V>[] = []): Map<string, V> {
  return new Map(entries.map(({ key, value }) => [key, value]));
}

/** MLflow's error code in the text of an answer. */
function codeIn(text: string): string | undefined {
  try {
    const code = (JSON.parse(text) as { error_code?: unknown }).error_code;
    return typeof code === "string" ? code : undefined;
  } catch {
    return undefined;
  }
}

/** The registry's state in words. */
export function stateText({ versions, alias }: RegistryState): string {
  const numbers = versions.map(({ version }) => version);
  return `versions ${numbers.length === 0 ? "none" : numbers.join(", ")}; alias at ${alias ?? "nothing"}`;
}
