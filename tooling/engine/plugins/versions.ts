/**
 * The versions of the official plugins that the stand-ins stand in for: those of the SDK packages, because that is
 * what the engine asks for. Raising one is a reason to look again at what the stand-in declares.
 */
export const pluginVersions = { docker: "4.11.2", random: "4.19.1" } as const;

/** The plugins that have a stand-in. */
export type PluginName = keyof typeof pluginVersions;
