import assert from "node:assert/strict";
import { staysInOwnNamespaces } from "../../../policy/rules/namespaces";
import { secretsAreReferences, secretsStayInSecrets } from "../../../policy/rules/plain-secrets";
import { rightsHaveNoWildcards } from "../../../policy/rules/rights";
import { deployment, resource, workflowTemplate } from "./subjects";

const RBAC = "kubernetes:rbac.authorization.k8s.io/v1";
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";

describe("policy rights-have-no-wildcards", () => {
  const rule = { apiGroups: [""], resources: ["pods"], verbs: ["get"] };

  it("accepts rights that are named", () => {
    assert.deepEqual(rightsHaveNoWildcards(resource(`${RBAC}:Role`, { rules: [rule] })), []);
    assert.deepEqual(rightsHaveNoWildcards(resource(CONFIG_MAP, { rules: [{ verbs: ["*"] }] })), []);
  });

  it("refuses a wildcard in every place", () => {
    for (const field of ["apiGroups", "resources", "verbs", "nonResourceURLs"]) {
      for (const kind of ["Role", "ClusterRole"]) {
        const rules = [rule, { ...rule, [field]: ["get", "*"] }];
        assert.deepEqual(rightsHaveNoWildcards(resource(`${RBAC}:${kind}`, { rules })), [
          `rules[1].${field} has a wildcard: name what is meant`,
        ]);
      }
    }
    assert.equal(
      rightsHaveNoWildcards(resource(`${RBAC}:RolePatch`, { rules: [{ ...rule, verbs: ["*"] }] })).length,
      1,
    );
    const rules = [{ ...rule, resources: ["pods/*"] }];
    assert.equal(rightsHaveNoWildcards(resource(`${RBAC}:Role`, { rules })).length, 1);
  });
});

describe("policy own-namespaces", () => {
  const namespace = resource("kubernetes:core/v1:Namespace", { metadata: { name: "lab" } });
  const inNamespace = (name: string | undefined, ...parents: string[]) =>
    resource(CONFIG_MAP, { metadata: name === undefined ? {} : { namespace: name } }, ...parents);
  const judge = (...subjects: ReturnType<typeof resource>[]) =>
    staysInOwnNamespaces([namespace, ...subjects]).map(({ message }) => message);

  it("accepts what is in a namespace of the stack, and what can be in none", () => {
    const definition = resource("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", {});
    const component = resource("gourmetgram:index:Mlflow", {});
    const provider = resource("kubernetes:index:Provider", {});
    assert.deepEqual(judge(inNamespace("lab"), workflowTemplate(), definition, component, provider), []);
  });

  it("refuses another namespace, and none", () => {
    assert.deepEqual(judge(inNamespace("default"), inNamespace(undefined)), [
      'ConfigMap is in the namespace "default", which this stack does not create',
      "ConfigMap has no namespace: it would be created in the current one of the kubeconfig",
    ]);
    assert.equal(staysInOwnNamespaces([workflowTemplate()]).length, 1);
  });

  it("leaves the registry alone in kube-system, and nothing else", () => {
    assert.deepEqual(judge(inNamespace("kube-system", "gourmetgram:index:LocalRegistry")), []);
    assert.equal(judge(inNamespace("kube-system", "gourmetgram:index:Mlflow")).length, 1);
    assert.equal(judge(inNamespace("default", "gourmetgram:index:LocalRegistry")).length, 1);
  });

  it("lets a student's stack have a key in the Secret of the registry's users, and a record in the base", () => {
    const other = (type: string, namespace: string, parent: string) =>
      resource(`kubernetes:core/v1:${type}`, { metadata: { namespace } }, `gourmetgram:index:${parent}`);
    assert.deepEqual(
      judge(other("SecretPatch", "kube-system", "RegistryUser"), other("ConfigMap", "argo", "BaseUser")),
      [],
    );
    assert.equal(judge(other("ConfigMap", "kube-system", "RegistryUser")).length, 1);
    assert.equal(judge(other("Secret", "argo", "BaseUser")).length, 1);
  });

  it("does not take a namespace for the stack's own because the stack patches it", () => {
    const patch = resource("kubernetes:core/v1:NamespacePatch", { metadata: { name: "other" } });
    assert.equal(judge(patch, inNamespace("other")).length, 1);
  });
});

describe("policy secrets-are-references", () => {
  const variable = (name: string, value: unknown) =>
    secretsAreReferences(deployment({ env: [{ name, value }] }));
  const setting = (name: string, value: unknown) =>
    secretsAreReferences(resource(CONFIG_MAP, { data: { [name]: value } }));

  it("accepts references, places, switches and what is no secret", () => {
    const valueFrom = { secretKeyRef: { name: "database", key: "password" } };
    assert.deepEqual(secretsAreReferences(deployment({ env: [{ name: "DB_PASSWORD", valueFrom }] })), []);
    for (const [name, value] of [
      ["POSTGRES_PASSWORD_FILE", "/run/secrets/password"],
      ["TOKEN_TTL_CHECK", "true"],
      ["GIT_TOKEN", ""],
      ["MLFLOW_TRACKING_URI", "http://mlflow.lab.svc.cluster.local:8000"],
      ["KEYBOARD", "qwerty"],
    ] as const) {
      assert.deepEqual(variable(name, value), [], name);
      assert.deepEqual(setting(name, value), [], name);
    }
  });

  it("refuses a secret by its name", () => {
    for (const name of [
      "PASSWORD",
      "DB_PASSWD",
      "git-token",
      "AWS_SECRET_ACCESS_KEY",
      "apiKey",
      "PRIVATE_KEY",
    ]) {
      assert.equal(variable(name, "correct horse").length, 1, name);
      assert.equal(setting(name, "correct horse").length, 1, name);
    }
    assert.deepEqual(
      secretsAreReferences(workflowTemplate({ env: [{ name: "TOKEN", value: "abcdefgh" }] })),
      [
        'the variable TOKEN of container "main" of template "train" holds a secret: use valueFrom.secretKeyRef',
      ],
    );
  });

  it("refuses a secret by its looks", () => {
    assert.equal(variable("DATABASE", "postgresql://mlflow:hunter2@db.example.org/mlflow").length, 1);
    assert.equal(setting("tls.pem", "-----BEGIN RSA PRIVATE KEY-----\nMIIE").length, 1);
  });
});

describe("policy secrets-stay-in-secrets", () => {
  const value = "correct-horse-battery";
  const password = resource("random:index/randomPassword:RandomPassword", { result: value });
  const plain = (text: string) => resource(CONFIG_MAP, { data: { "settings.ini": `login=${text}\n` } });
  const secret = (props: object) => resource("kubernetes:core/v1:Secret", { ...props });

  it("accepts the value where it belongs", () => {
    const stringData = { uri: `postgresql://mlflow:${value}@db/mlflow` };
    const image = resource("docker:index/image:Image", { registry: { password: value } });
    assert.deepEqual(secretsStayInSecrets([password, secret({ stringData }), image, plain("nobody")]), []);
  });

  it("finds a generated password, and a Secret's value in either form, with its place", () => {
    const encoded = Buffer.from(value).toString("base64");
    for (const holder of [
      password,
      secret({ stringData: { key: value } }),
      secret({ data: { key: encoded } }),
    ]) {
      assert.deepEqual(secretsStayInSecrets([holder, plain(value)]), [
        {
          urn: plain(value).urn,
          message: "data.settings.ini holds the value of a secret: refer to a Secret instead",
        },
      ]);
    }
    const [found] = secretsStayInSecrets([password, deployment({ args: ["--password", value] })]);
    assert.match(found?.message ?? "", /^spec\.template\.spec\.containers\.0\.args\.1 /);
  });

  it("accepts the owner's identity as a label: it opens nothing", () => {
    const owner = resource(password.type, { result: value }, "gourmetgram:index:Ownership");
    assert.deepEqual(secretsStayInSecrets([owner, plain(value)]), []);
  });

  it("accepts what is public in the Secret with an account's token, and finds the token", () => {
    const encoded = (text: string) => Buffer.from(text).toString("base64");
    const data = { namespace: encoded("gourmetgram-alice"), token: encoded(value) };
    const token = secret({ type: "kubernetes.io/service-account-token", data });
    assert.deepEqual(secretsStayInSecrets([token, plain("gourmetgram-alice")]), []);
    assert.equal(secretsStayInSecrets([token, plain(value)]).length, 1);
  });

  it("takes no notice of values so short that they appear by chance", () => {
    assert.deepEqual(
      secretsStayInSecrets([secret({ stringData: { user: "builder" } }), plain("builder")]),
      [],
    );
  });
});
