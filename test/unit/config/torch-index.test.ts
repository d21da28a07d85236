import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CPU_INDEX, torchIndexOf } from "../../../config/torch-index";
import { torchInstallation } from "../../support/torch-installation";
import { checkout } from "../../support/checkout";

const INDEX = "https://wheels.example.org/cpu";

describe("the index of torch", () => {
  it("is that of builds without CUDA on Docker's official Python image", () => {
    for (const image of [
      "python",
      "python:3.11-slim",
      "library/python:3.11",
      "docker.io/python:3.11-slim-bookworm",
      "docker.io/library/python:3.12@sha256:0123",
      "mirror.gcr.io/library/python:3.11-slim",
      "public.ecr.aws/docker/library/python:3.11-slim",
    ]) {
      assert.equal(torchIndexOf(image), CPU_INDEX, image);
    }
  });

  it("is pip's own on any other base", () => {
    for (const image of [
      "lab.local/python-base:bookworm",
      "registry.example.org/python:3.11",
      "team/python:3",
      "python-torch:3",
      "pytorch/pytorch:2.9.1",
    ]) {
      assert.equal(torchIndexOf(image), undefined, image);
    }
  });
});

// The commands of the Dockerfiles, with a Python that notes how it is called.
for (const [folder, requirements] of [
  ["images/training", "requirements-torch.txt"],
  ["images/app/base", "base/requirements-torch.txt"],
] as const) {
  describe(`${folder}/Dockerfile installs torch`, () => {
    const pins = /^(?:torch|torchvision)==\S+$/gm;
    const wanted = readFileSync(join(checkout, folder, "requirements-torch.txt"), "utf8").match(pins) ?? [];

    it("alone from the index that it is given, and all else from pip's own", () => {
      assert.equal(wanted.length, 2);
      assert.deepEqual(torchInstallation(folder, { index: INDEX, hasTorch: false }), [
        ["-m", "pip", "install", "--no-deps", "--index-url", INDEX, ...wanted],
        ["-m", "pip", "install", "-r", requirements],
      ]);
    });

    it("with all else from pip's own where it is given none", () => {
      assert.deepEqual(torchInstallation(folder, { index: "", hasTorch: false }), [
        ["-m", "pip", "install", "-r", requirements],
      ]);
    });

    it("not at all where the base has it", () => {
      assert.deepEqual(torchInstallation(folder, { index: INDEX, hasTorch: true }), []);
    });
  });
}
