import { stringify } from "yaml";

/** Where the official registry image has its configuration, which its entry point starts it with. */
export const registryFile = "/etc/distribution/config.yml";

/**
 * A configuration with the settings of the official image's (distribution/distribution-library-image,
 * `config-example.yml`), so that what works with one of the images works with the other: the second port for debugging
 * and metrics among them. Pods change single settings by environment variables.
 */
export const registryConfiguration = stringify({
  version: 0.1,
  log: { level: "debug", fields: { service: "registry", environment: "development" } },
  storage: {
    filesystem: { rootdirectory: "/var/lib/registry" },
    cache: { blobdescriptor: "inmemory" },
    delete: { enabled: true },
    tag: { concurrencylimit: 5 },
  },
  http: { addr: ":5000", debug: { addr: ":5001", prometheus: { enabled: true, path: "/metrics" } } },
  health: { storagedriver: { enabled: true, interval: "10s", threshold: 3 } },
});
