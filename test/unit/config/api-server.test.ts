import assert from "node:assert/strict";
import { apiServerSettings } from "../../../config/values/api-server";
import { KEYS } from "../../../config/keys";

describe("where pods reach the API server", () => {
  it("is the Service's address and each endpoint's, once, as settings that the program takes", () => {
    const settings = apiServerSettings({
      serviceAddresses: ["10.96.0.1", "fd00::1"],
      servicePorts: [443],
      slices: [
        { addresses: ["192.168.49.2", "192.168.49.3"], ports: [8443] },
        { addresses: ["192.168.49.2"], ports: [8443] },
      ],
    });
    assert.deepEqual(settings, {
      apiServerAddresses: ["10.96.0.1/32", "192.168.49.2/32", "192.168.49.3/32", "fd00::1/128"],
      apiServerPorts: [443, 8443],
    });
    for (const [key, value] of Object.entries(settings)) {
      const parsed = KEYS[key as keyof typeof settings].parse(JSON.stringify(value));
      assert.deepEqual(parsed, { value });
    }
  });
});
