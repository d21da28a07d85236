import assert from "node:assert/strict";
import { desktopOpener, forScripts, logInText, textOf } from "../../../../tooling/cli/commands/lab/open";
import { PAGE_NAMES, pagesOf } from "../../../../tooling/live/addresses/lab-pages";
import { serve } from "../../../support/http";
import { OUTPUTS } from "../../../support/lab-outputs";

const notesOf = (name: string, outputs = OUTPUTS): string =>
  pagesOf(outputs)
    .find((page) => page.name === name)
    ?.notes.join("\n") ?? "";

describe("lab: pages", () => {
  it("has an address for each page that can be asked for", () => {
    const pages = pagesOf(OUTPUTS);
    assert.deepEqual(
      pages.map((page) => page.name),
      PAGE_NAMES,
    );
    assert.deepEqual(
      pages.map((page) => page.url),
      [
        "http://localhost:30081",
        "http://localhost:30800",
        "https://localhost:30746",
        "http://localhost:30300/gourmetgram.git",
      ],
    );
  });

  it("tells what to paste at the dashboard's login, where, and until when", () => {
    const now = new Date("2026-11-26T12:00:00Z");
    const issued = { token: "eyJ.abc", expires: new Date("2026-11-26T19:59:50Z") };
    const lines = logInText({ name: "student", namespace: "lab" }, issued, now).split("\n");
    assert.equal(lines.at(-1), "Bearer eyJ.abc");
    assert.match(lines.join(" "), /the account student of lab.*valid for 8 h, until 2026-11-26 19:59 UTC/);
  });

  it("tells how to push, but to a repository of someone else's", () => {
    assert.match(notesOf("repository"), /appRepositoryPassword --show-secrets/);
    const appRepository = { ...OUTPUTS.appRepository, username: null };
    assert.doesNotMatch(notesOf("repository", { ...OUTPUTS, appRepository }), /push/);
  });

  it("tells what brings something to a page where nothing serves yet", () => {
    const [staging] = pagesOf(OUTPUTS);
    assert.ok(staging !== undefined);
    assert.deepEqual(textOf(staging, "npm run train").split(/\n */), [
      "staging     http://localhost:30081",
      "GourmetGram in staging: upload a picture of food, get its class",
      "nothing serves there yet: npm run train",
      "/version tells which model version and which image serve",
    ]);
    assert.doesNotMatch(textOf(staging, undefined), /nothing serves/);
  });

  it("tells scripts whether an address answers, and what a port-forward leads to", async () => {
    const server = await serve(() => ({ body: {} }));
    const outputs = { ...OUTPUTS, mlflowExternalUrl: server.url, argoServerUrl: "https://argo.invalid:2746" };
    const pages = await forScripts(outputs, pagesOf(outputs).slice(1, 3));
    server.close();
    assert.deepEqual(
      pages.map(({ name, url, answers, service }) => ({ name, url, answers, service })),
      [
        {
          name: "mlflow",
          url: server.url,
          answers: true,
          service: { namespace: "lab", name: "mlflow", port: 8000 },
        },
        { name: "argo", url: "https://argo.invalid:2746", answers: false, service: null },
      ],
    );
  });

  it("opens a browser only where there is a desktop", () => {
    assert.equal(desktopOpener("linux", {}), undefined);
    assert.equal(desktopOpener("linux", { DISPLAY: "" }), undefined);
    assert.equal(desktopOpener("linux", { WAYLAND_DISPLAY: "wayland-0" }), "xdg-open");
    assert.equal(desktopOpener("darwin", {}), "open");
  });
});
