import assert from "node:assert/strict";
import { finds, needlesOf, secretsOf } from "../../../../tooling/verify/secrets/needles";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const PASSWORD = "p4ssw0rd+of&32";
const URI = `postgresql://mlflow:${encodeURIComponent(PASSWORD)}@db:5432/mlflow`;
const NEEDLES = needlesOf("db", { password: base64(PASSWORD), user: base64("mlflow") });
const found = (text: string): string[] => finds(NEEDLES, [{ what: "ConfigMap lab/x", text }]);

describe("verify: secrets", () => {
  it("finds the Secrets that a pod reads, each once", () => {
    const names = secretsOf({
      initContainers: [
        { name: "init", env: [{ name: "A", valueFrom: { secretKeyRef: { name: "by-env", key: "k" } } }] },
      ],
      containers: [
        {
          name: "main",
          env: [
            { name: "A", valueFrom: { secretKeyRef: { name: "by-env", key: "k" } } },
            { name: "PLAIN", value: "x" },
          ],
          envFrom: [{ secretRef: { name: "by-env-from" } }, { configMapRef: { name: "no-secret" } }],
        },
      ],
      volumes: [
        { name: "a", secret: { secretName: "by-volume" } },
        { name: "b", projected: { sources: [{ secret: { name: "by-projection" } }] } },
        { name: "c", emptyDir: {} },
      ],
    });
    assert.deepEqual(names.sort(), ["by-env", "by-env-from", "by-projection", "by-volume"]);
  });

  it("looks for a value, not for a user's short name", () => {
    assert.deepEqual(
      NEEDLES.map((needle) => needle.what),
      ["password of Secret db"],
    );
  });

  it("looks for the password inside a URI too, as written and decoded", () => {
    const needles = needlesOf("mlflow", { databaseUri: base64(URI) });
    assert.deepEqual(
      needles.map((needle) => needle.value),
      [URI, encodeURIComponent(PASSWORD), PASSWORD],
    );
  });

  it("finds a value that is plain, in base64, in a URI, or in JSON", () => {
    assert.deepEqual(found(`--password=${PASSWORD}`), ["password of Secret db in ConfigMap lab/x"]);
    assert.equal(found(base64(PASSWORD)).length, 1);
    assert.equal(found(URI).length, 1);
    const quoted = needlesOf("s", { key: base64('with "quotes"') });
    const text = JSON.stringify({ value: 'with "quotes"' });
    assert.equal(finds(quoted, [{ what: "Pod lab/p", text }]).length, 1);
  });

  it("finds nothing where nothing is, and never tells the value", () => {
    assert.deepEqual(found("secretKeyRef: db/password"), []);
    assert.ok(!found(PASSWORD).join().includes(PASSWORD));
  });
});
