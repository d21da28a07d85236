import { main, type Provider } from "@pulumi/pulumi/provider";
import { connectLog, type OpenLog } from "./engine-log";
import { cancel, endWithEngine } from "./lifecycle";
import type { Plugin } from "./stand-in";
import type { Properties } from "./values";

/** Serves the plugin to the engine that started this process, until that engine ends it. */
export async function serve(plugin: Plugin): Promise<void> {
  const args = process.argv.slice(2);
  endWithEngine();
  await main(providerOf(plugin, connectLog(args)), args);
}

function providerOf({ name, version, standIn }: Plugin, openLog: OpenLog): Provider {
  return {
    version,
    cancel: () => Promise.resolve(cancel()),

    async check(urn, _olds: Properties, news: Properties) {
      if (typeOf(urn) !== standIn.type) {
        return { inputs: news, failures: [failure(foreignType(name, standIn.type))] };
      }
      const { inputs, problems } = await standIn.check(news);
      return { inputs, failures: problems.map(failure) };
    },

    diff(_id, _urn, olds: Properties, news: Properties) {
      const { changed, replaces } = standIn.diff(olds, news);
      return Promise.resolve({ changes: changed, replaces: [...replaces] });
    },

    async create(urn, inputs: Properties) {
      const { id, state } = await standIn.create(inputs, openLog(urn));
      return { id, outs: state };
    },

    async update(_id, urn, _olds: Properties, news: Properties) {
      if (standIn.update === undefined) {
        throw new Error(`every change of ${standIn.type} replaces it`);
      }
      return { outs: await standIn.update(news, openLog(urn)) };
    },

    read(id, urn, state: Properties) {
      if (Object.keys(state).length === 0) {
        throw new Error(`${typeOf(urn)} cannot be imported: ${insteadOf(name)}`);
      }
      return Promise.resolve({ id, props: state });
    },
  };
}

// A failure that names its property makes the engine print the property's value, which may be a password.
function failure(reason: string): { property: string; reason: string } {
  return { property: "", reason };
}

function foreignType(name: string, type: string): string {
  return `this plugin provides ${type} only: ${insteadOf(name)}`;
}

function insteadOf(name: string): string {
  return `it is the lab's stand-in; use the official ${name} plugin on a machine that can download it`;
}

function typeOf(urn: string): string {
  const qualifiedType = urn.split("::")[2] ?? "";
  return qualifiedType.slice(qualifiedType.lastIndexOf("$") + 1);
}
