import assert from "node:assert/strict";
import { mlflowServiceTypeOf } from "../../../config/values/mlflow-service-type";

describe("the type of MLflow's Service", () => {
  for (const [externalHost, type] of [
    ["localhost", "NodePort"],
    ["127.0.0.1", "NodePort"],
    ["127.0.1.1", "NodePort"],
    ["::1", "NodePort"],
    ["203.0.113.7", "ClusterIP"],
    ["lab.example.org", "ClusterIP"],
    ["localhost.example.org", "ClusterIP"],
  ] as const) {
    it(`is ${type} at ${externalHost}, where nothing is said`, () => {
      assert.equal(mlflowServiceTypeOf({ mlflowServiceType: undefined, externalHost }), type);
    });
  }

  it("is what the stack says", () => {
    for (const mlflowServiceType of ["NodePort", "LoadBalancer", "ClusterIP"] as const) {
      assert.equal(
        mlflowServiceTypeOf({ mlflowServiceType, externalHost: "203.0.113.7" }),
        mlflowServiceType,
      );
    }
  });
});
