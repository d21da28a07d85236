import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";
import { KubeConfig } from "@kubernetes/client-node";
import { certificateAlarm, certificateEnd, daysUntil, isDue } from "../../../../tooling/cluster/certificates";

const NOW = new Date("2027-01-01T12:00:00Z");
const inDays = (days: number): Date => new Date(NOW.getTime() + days * 24 * 3600 * 1000);

describe("certificates of a cluster", () => {
  it("are due 30 days before their end, and from then on", () => {
    assert.equal(isDue(inDays(30), NOW), false);
    assert.equal(isDue(inDays(29.9), NOW), true);
    assert.equal(isDue(inDays(-1), NOW), true);
    assert.equal(daysUntil(inDays(29.9), NOW), 29);
    assert.equal(daysUntil(inDays(-0.5), NOW), -1);
  });

  it("are nothing to be told while there is time, and then by name of the command that renews them", () => {
    assert.equal(certificateAlarm(inDays(300), false, NOW), undefined);
    assert.deepEqual(certificateAlarm(inDays(12), false, NOW), {
      problem: "a certificate of the cluster ends on 2027-01-13: from then on its API server answers nobody",
      remedy: "npm run up renews it",
    });
    const over = certificateAlarm(inDays(-3), true, NOW);
    assert.equal(
      over?.problem,
      "a certificate of the cluster ended on 2026-12-29: its API server answers nobody",
    );
    assert.match(over.remedy, /kubeadm certs renew all .* new kubeconfig$/);
  });

  describe("of a server and its administrator", () => {
    let folder: string;
    let server: Server;

    /** A key and a certificate that ends in so many days. */
    function pair(name: string, days: number): { key: Buffer; cert: Buffer } {
      const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
      const made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", `/CN=${name}`];
      execFileSync(
        "openssl",
        ["req", "-x509", ...made, "-days", String(days), "-keyout", key, "-out", cert],
        {
          stdio: "ignore",
        },
      );
      return { key: readFileSync(key), cert: readFileSync(cert) };
    }

    function config(user: object): KubeConfig {
      const found = new KubeConfig();
      const { port } = server.address() as AddressInfo;
      found.loadFromClusterAndUser(
        { name: "cluster", server: `https://127.0.0.1:${port}`, skipTLSVerify: false },
        { name: "admin", ...user },
      );
      return found;
    }

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), "gourmetgram-certificates-"));
      server = createServer(pair("server", 100));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    });

    after(() => {
      server.close();
      rmSync(folder, { recursive: true });
    });

    it("end when the first of them does", async () => {
      const certData = pair("admin", 10).cert.toString("base64");
      assert.equal(daysUntil((await certificateEnd(config({ certData }))) ?? NOW), 9);
      const long = pair("long", 200).cert.toString("base64");
      assert.equal(daysUntil((await certificateEnd(config({ certData: long }))) ?? NOW), 99);
      assert.equal(daysUntil((await certificateEnd(config({ token: "t" }))) ?? NOW), 99);
      assert.equal(
        daysUntil((await certificateEnd(config({ certFile: join(folder, "admin.crt") }))) ?? NOW),
        9,
      );
    });

    it("are unknown where nobody answers, and no certificate is used", async () => {
      const nowhere = new KubeConfig();
      nowhere.loadFromClusterAndUser(
        { name: "c", server: "https://127.0.0.1:1", skipTLSVerify: false },
        { name: "u", token: "t" },
      );
      assert.equal(await certificateEnd(nowhere), undefined);
    });
  });
});
