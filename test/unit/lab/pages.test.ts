import assert from "node:assert/strict";
import { desktopOpener } from "../../../lab/commands/open";
import { PAGE_NAMES, pagesOf } from "../../../lab/pages";
import { OUTPUTS } from "../../support/lab-outputs";

const notesOf = (embedded: boolean, name: string, outputs = OUTPUTS): string =>
  pagesOf(outputs, { embedded })
    .find((page) => page.name === name)
    ?.notes.join("\n") ?? "";

describe("lab: pages", () => {
  it("has an address for each page that can be asked for", () => {
    const pages = pagesOf(OUTPUTS, { embedded: true });
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

  it("tells on the embedded lab which command shows what the dashboard would", () => {
    assert.match(notesOf(true, "argo"), /no dashboard.*\nnpm run argo -- list -n lab/);
    assert.match(notesOf(false, "argo"), /create token student -n lab/);
  });

  it("tells how to push, but to a repository of someone else's", () => {
    assert.match(notesOf(true, "repository"), /appRepositoryPassword --show-secrets/);
    const appRepository = { ...OUTPUTS.appRepository, username: null };
    assert.doesNotMatch(notesOf(true, "repository", { ...OUTPUTS, appRepository }), /push/);
  });

  it("opens a browser only where there is a desktop", () => {
    assert.equal(desktopOpener("linux", {}), undefined);
    assert.equal(desktopOpener("linux", { DISPLAY: "" }), undefined);
    assert.equal(desktopOpener("linux", { WAYLAND_DISPLAY: "wayland-0" }), "xdg-open");
    assert.equal(desktopOpener("darwin", {}), "open");
  });
});
