import type { Plugin } from "esbuild";

export declare function compiled(entry: string): Promise<string>;

/** How a bundle of the tooling loads npm packages. */
export declare const requiredPackages: Plugin;
