import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CPU_INDEX, torchIndexOf } from "../../../config/values/torch-index";
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
    const list = readFileSync(join(checkout, folder, "requirements-torch.txt"), "utf8");
    const all = [...list.matchAll(/^([a-z][\w-]*)==/gm)].map(([, name = ""]) => name);
    const withoutCuda = all.filter((name) => !name.startsWith("nvidia-") && name !== "triton");
    const fromIndex = [
      ...["-m", "pip", "install", "--no-deps", "--index-url", INDEX],
      ...(list.match(/^(?:torch|torchvision)==[\d.]+/gm) ?? []),
    ];
    const checked = ["-m", "pip", "install", "--require-hashes", "--no-deps", "-r", requirements];

    it("alone from the index that it is given, and all else from pip's own with hashes", () => {
      assert.equal(fromIndex.length, 8);
      assert.deepEqual(torchInstallation(folder, { index: INDEX, hasTorch: false }), {
        calls: [fromIndex, checked],
        packages: withoutCuda,
      });
      assert.ok(withoutCuda.includes("numpy") && withoutCuda.length < all.length - 10);
    });

    it("with the libraries of CUDA where the index has a torch that needs them", () => {
      assert.deepEqual(torchInstallation(folder, { index: INDEX, hasTorch: false, needsCuda: true }), {
        calls: [fromIndex, checked],
        packages: all,
      });
    });

    it("with all else from pip's own where it is given none", () => {
      const installation = torchInstallation(folder, { index: "", hasTorch: false });
      assert.deepEqual(installation, { calls: [checked], packages: all });
    });

    it("not at all where the base has it", () => {
      assert.deepEqual(torchInstallation(folder, { index: INDEX, hasTorch: true }).calls, []);
    });
  });
}
