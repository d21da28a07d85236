import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { credentials, Server, ServerCredentials, type ServiceError } from "@grpc/grpc-js";
import { EngineService, type IEngineServer } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { installPlugins } from "../../../tooling/engine/plugins/install";
import type { Properties } from "../../../tooling/engine/plugins/shared/values";
import { pluginVersions, type PluginName } from "../../../tooling/engine/plugins/versions";

/** What a plugin answers to a check. */
export interface CheckAnswer {
  inputs: Properties;
  failures: string[];
}

/** What a plugin answers to a comparison. */
export interface DiffAnswer {
  changed: boolean;
  replaces: string[];
}

/** A folder with the plugins installed as for the engine; the caller removes it. */
export async function installedPlugins(): Promise<{ home: string; remove: () => void }> {
  const home = mkdtempSync(join(tmpdir(), "gourmetgram-plugins-test-"));
  await installPlugins(home);
  return { home, remove: () => rmSync(home, { recursive: true, force: true }) };
}

/** An installed plugin, running, and driven as the engine does it: over its protocol. */
export class PluginProcess {
  private constructor(
    readonly process: ChildProcess,
    private readonly client: ResourceProviderClient,
    private readonly engine: Server,
    private readonly type: string,
    /** What the plugin has sent to the engine's log. */
    readonly log: LogRequest.AsObject[],
    /** What the plugin has printed, apart from its port. */
    readonly printed: string[],
  ) {}

  /**
   * Starts a plugin and configures it.
   *
   * @param type the resource type that requests are about
   * @param cwd the program's folder
   * @param env variables beside those of this process
   */
  static async start(
    home: string,
    name: PluginName,
    type: string,
    { cwd = tmpdir(), env = {} }: { cwd?: string; env?: Record<string, string> } = {},
  ): Promise<PluginProcess> {
    const log: LogRequest.AsObject[] = [];
    const engine = new Server();
    engine.addService(EngineService, engineThatKeeps(log));
    const address = await listen(engine);
    const executable = join(
      home,
      "plugins",
      `resource-${name}-v${pluginVersions[name]}`,
      `pulumi-resource-${name}`,
    );
    const child = spawn(executable, ["--logflow", address], { cwd, env: { ...process.env, ...env } });
    const printed: string[] = [];
    createInterface({ input: child.stderr }).on("line", (line) => printed.push(line));
    const lines = createInterface({ input: child.stdout });
    const [port] = (await once(lines, "line")) as [string];
    lines.on("line", (line) => printed.push(line));
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
    await unary<messages.ConfigureResponse>((done) =>
      client.configure(new messages.ConfigureRequest(), done),
    );
    return new PluginProcess(child, client, engine, type, log, printed);
  }

  async version(): Promise<string> {
    return (
      await unary<{ getVersion(): string }>((done) => this.client.getPluginInfo(new Empty(), done))
    ).getVersion();
  }

  async check(news: Properties, type = this.type): Promise<CheckAnswer> {
    const request = new messages.CheckRequest().setUrn(urnOf(type)).setOlds(struct({})).setNews(struct(news));
    const response = await unary<messages.CheckResponse>((done) => this.client.check(request, done));
    const failures = response.getFailuresList();
    // A named property would make the engine print its value.
    if (failures.some((failure) => failure.getProperty() !== "")) {
      throw new Error("a failure names its property");
    }
    return {
      inputs: properties(response.getInputs()),
      failures: failures.map((failure) => failure.getReason()),
    };
  }

  async diff(state: Properties, news: Properties): Promise<DiffAnswer> {
    const request = new messages.DiffRequest()
      .setUrn(urnOf(this.type))
      .setOlds(struct(state))
      .setNews(struct(news));
    const response = await unary<messages.DiffResponse>((done) => this.client.diff(request, done));
    const changed = response.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME;
    return { changed, replaces: response.getReplacesList() };
  }

  async create(news: Properties): Promise<{ id: string; state: Properties }> {
    const request = new messages.CreateRequest().setUrn(urnOf(this.type)).setProperties(struct(news));
    const response = await unary<messages.CreateResponse>((done) => this.client.create(request, done));
    return { id: response.getId(), state: properties(response.getProperties()) };
  }

  async update(state: Properties, news: Properties): Promise<Properties> {
    const request = new messages.UpdateRequest()
      .setUrn(urnOf(this.type))
      .setOlds(struct(state))
      .setNews(struct(news));
    const response = await unary<messages.UpdateResponse>((done) => this.client.update(request, done));
    return properties(response.getProperties());
  }

  async read(id: string, state: Properties): Promise<{ id: string; state: Properties }> {
    const request = new messages.ReadRequest()
      .setId(id)
      .setUrn(urnOf(this.type))
      .setProperties(struct(state));
    const response = await unary<messages.ReadResponse>((done) => this.client.read(request, done));
    return { id: response.getId(), state: properties(response.getProperties()) };
  }

  async delete(id: string, state: Properties): Promise<void> {
    const request = new messages.DeleteRequest()
      .setId(id)
      .setUrn(urnOf(this.type))
      .setProperties(struct(state));
    await unary((done) => this.client.delete(request, done));
  }

  async cancel(): Promise<void> {
    await unary((done) => this.client.cancel(new Empty(), done));
  }

  /** Ends the plugin as the engine does. */
  async stop(): Promise<void> {
    this.client.close();
    this.engine.forceShutdown();
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = once(this.process, "exit");
      this.process.kill("SIGINT");
      await ended;
    }
  }
}

function urnOf(type: string): string {
  return `urn:pulumi:dev::gourmetgram::gourmetgram:index:Parent$${type}::tested`;
}

function unary<Answer>(
  call: (done: (error: ServiceError | null, answer: Answer) => void) => unknown,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    call((error, answer) => (error === null ? resolve(answer) : reject(new Error(error.details))));
  });
}

function struct(values: Properties): Struct {
  return Struct.fromJavaScript(values);
}

function properties(values: Struct | undefined): Properties {
  return values?.toJavaScript() ?? {};
}

function engineThatKeeps(log: LogRequest.AsObject[]): IEngineServer {
  return {
    log(call: { request: LogRequest }, done: (error: null, answer: Empty) => void) {
      log.push(call.request.toObject());
      done(null, new Empty());
    },
  } as unknown as IEngineServer;
}

async function listen(server: Server): Promise<string> {
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return `127.0.0.1:${port}`;
}
