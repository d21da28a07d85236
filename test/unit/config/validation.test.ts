import assert from "node:assert/strict";
import * as check from "../../../config/values/checks";

/** For each check, values that are good and values that are not. */
const TABLE: Record<string, { check: check.Check; good: string[]; bad: string[] }> = {
  dnsLabel: {
    check: check.dnsLabel,
    good: ["a", "gourmetgram-platform", "0-9", "a".repeat(63)],
    bad: ["", "-a", "a-", "A", "a.b", "a_b", "ä", "a".repeat(64), "a\n"],
  },
  namespaceName: {
    check: check.namespaceName,
    good: ["gourmetgram-platform", "kubeflow", "default-1"],
    bad: ["default", "kube-system", "kube-public", "Lab", ""],
  },
  dnsSubdomain: {
    check: check.dnsSubdomain,
    good: ["standard", "lab-local", "fast.example.org"],
    bad: ["", "Fast", "a..b", ".a", `${"a".repeat(63)}.`.repeat(4) + "a"],
  },
  host: {
    check: check.host,
    good: ["localhost", "Lab.Example.org", "192.0.2.7", "2001:db8::7", "node-1"],
    bad: ["", "a b", "localhost:8000", "http://localhost", "300.1.1.1", "192.0.2", "*.example.org", "-a"],
  },
  hostPattern: {
    check: check.hostPattern,
    good: ["mlflow.example.org", "*.example.org", "192.0.2.7"],
    bad: ["", "*", "a.*.org", "**.org", "mlflow.example.org:80"],
  },
  ipAddress: {
    check: check.ipAddress,
    good: ["192.0.2.7", "2001:db8::7"],
    bad: ["", "192.0.2", "192.0.2.256", "localhost", "192.0.2.7/24"],
  },
  quantity: {
    check: check.quantity,
    good: ["10Gi", "500Mi", "1.5Ti", "1000000000", "2G", "100k"],
    bad: ["", "0", "0Gi", "-1Gi", "10 Gi", "10GB", "10gi", "1ki", "1K", "Gi", "1.Gi", "500m"],
  },
  imageReference: {
    check: check.imageReference,
    good: [
      "postgres",
      "python:3.11-slim",
      "library/postgres:17.6",
      "docker.io/library/registry:3.1.2",
      "localhost:30500/gourmetgram-train",
      "localhost/train:1",
      "lab.local/python-base:bookworm",
      "[2001:db8::7]:5000/a:b",
      `quay.io/argoproj/argoexec@sha256:${"0".repeat(64)}`,
      `quay.io/argoproj/argoexec:v3@sha256:${"0".repeat(64)}`,
    ],
    bad: [
      "",
      "Postgres",
      "postgres:",
      "postgres: 17",
      ":17",
      "docker.io/",
      "/postgres",
      "https://docker.io/postgres",
      "a//b",
      "a:b:c",
      `a:${"t".repeat(129)}`,
      "a@sha256:0",
      `a@md5:${"0".repeat(64)}`,
      `a@sha256:${"0".repeat(64)}@sha256:${"0".repeat(64)}`,
      "localhost:99999/a",
    ],
  },
  gitBranch: {
    check: check.gitBranch,
    good: ["main", "feature/page", "v1.0", "_a", "course-2"],
    bad: ["", "a b", "/a", "a/", "a//b", "-a", ".a", "a..b", "a.", "a.lock", "a.lock/b", "a~1", "a:b", "ä"],
  },
  registryAddress: {
    check: check.registryAddress,
    good: [
      "ghcr.io",
      "ghcr.io/team",
      "registry.example.org:5000/team/lab",
      "192.0.2.7:5000",
      "localhost:5000",
    ],
    bad: ["", "https://ghcr.io", "ghcr.io/", "ghcr.io/Team", "ghcr.io:x", "ghcr.io:70000", "a b", "/team"],
  },
  databaseUri: {
    check: check.databaseUri,
    good: ["postgresql://u:p@db.example.org:5432/mlflow", "postgresql+psycopg2://db.example.org/mlflow"],
    bad: [
      "",
      "db.example.org",
      "mysql://db/mlflow",
      "postgresql://db.example.org",
      "postgresql:///mlflow",
      "postgresql://db/",
    ],
  },
  s3Uri: {
    check: check.s3Uri,
    good: ["s3://bucket", "s3://my.bucket/path/to", "s3://bucket/"],
    bad: [
      "",
      "bucket",
      "s3:/bucket",
      "s3://",
      "s3://Bucket",
      "s3://bucket/a b",
      "https://bucket",
      "s3://b/?x",
    ],
  },
  httpUrl: {
    check: check.httpUrl,
    good: ["https://s3.example.org", "http://192.0.2.7:9000/"],
    bad: ["", "s3.example.org", "ftp://s3.example.org", "https://user:secret@s3.example.org"],
  },
  cron: {
    check: check.cron,
    good: [
      "0 2 * * *",
      "*/15 8-18 * * mon-fri",
      "0 0 29 2 *",
      "0 2 1,15 * ?",
      "5/10 * * * *",
      "0 2 * JAN 0-6/7",
    ],
    bad: [
      "",
      "0 2 * *",
      "0 0 2 * * *",
      "@daily",
      "60 * * * *",
      "0 24 * * *",
      "*/0 * * * *",
      "0 2 * * 7",
      "0 2 * * 1-7",
      "0 2 L * *",
      "0 2 * * 1#2",
      "H 2 * * *",
      "0 2 31 2 *",
      "0 2 5-1 * *",
      "a b c d e",
    ],
  },
  timeZone: {
    check: check.timeZone,
    good: ["UTC", "Europe/Berlin", "Asia/Calcutta", "Europe/Kyiv", "US/Eastern", "Etc/GMT+1"],
    bad: ["", "Mars/Olympus", "utc", "europe/berlin", "+02:00", "GMT+1", "Local", "PST", "IST", "us/eastern"],
  },
};

describe("the checks on single values", () => {
  for (const [name, { check: checked, good, bad }] of Object.entries(TABLE)) {
    it(`${name} accepts what is good and explains what is not`, () => {
      assert.deepEqual(
        good.filter((value) => checked(value) !== undefined),
        [],
        "refused although good",
      );
      assert.deepEqual(
        bad.filter((value) => checked(value) === undefined),
        [],
        "accepted although invalid",
      );
      for (const value of bad) {
        // The texts continue a sentence.
        assert.match(checked(value) ?? "", /^[^A-Z].*[^.]$/s);
      }
    });
  }

  it("integerBetween includes both bounds", () => {
    const port = check.integerBetween(...check.NODE_PORTS);
    assert.deepEqual([30000, 32767].map(port), [undefined, undefined]);
    assert.deepEqual(
      [29999, 32768, 30500.5, Number.NaN].map(port),
      Array(4).fill("expected an integer from 30000 to 32767"),
    );
  });

  it("oneOf names the words", () => {
    assert.equal(check.oneOf(["install", "existing"])("existing"), undefined);
    assert.equal(check.oneOf(["install", "existing"])("none"), "expected one of install, existing");
  });

  it("timeZone says how the zone is spelt", () => {
    assert.equal(check.timeZone("europe/berlin"), "the time zone is spelt Europe/Berlin");
  });

  it("cron says what is wrong", () => {
    assert.match(check.cron("61 2 * * *") ?? "", /0-59/);
    assert.match(check.cron("0 2 * * 7") ?? "", /Sunday as 0/);
    assert.match(check.cron("@daily") ?? "", /five fields/);
  });

  it("nearest finds the misspelt word and no far-fetched one", () => {
    const known = ["registryNodePort", "mlflowNodePort", "argo", "schedule"];
    assert.equal(check.nearest("registryNodeport", known), "registryNodePort");
    assert.equal(check.nearest("nodePort", known), "mlflowNodePort");
    assert.equal(check.nearest("shedule", known), "schedule");
    assert.equal(check.nearest("completelyDifferentThing", known), undefined);
    assert.equal(check.nearest("x", []), undefined);
  });
});
