import { aptSourceFiles, filesWithCredentials, PIP_SETTINGS } from "../../machine/packages/sources";
import { versions } from "../../machine/versions";
import type { LabParts } from "../embedded-lab";
import type { Check } from "./check";

/** What this machine can do where something cannot be had as its project publishes it. */
export function checkBuilds(parts: LabParts, system: string, canBuild: boolean): Check {
  const name = "building";
  const needed = [
    ...(parts.images === "built" ? ["the images, which cannot be pulled (--online tries to)"] : []),
    ...(parts.engine === "built" ? ["the Pulumi engine, which cannot be downloaded"] : []),
  ];
  if (needed.length === 0) return { name, found: "not needed" };
  if (canBuild) return { name, found: system };
  const problem = `${needed.join(" and ")}, would have to be built here: that takes root on Debian on x86-64, this is ${system}`;
  const remedy =
    "let the machine reach docker.io, quay.io and get.pulumi.com; or use a Debian 12 machine as root";
  return { name, found: system, obstacle: { problem, remedy } };
}

/** The settings with which this machine reaches packages go into images, which others may pull. */
export function checkPackageSources(parts: LabParts, files = [PIP_SETTINGS, ...aptSourceFiles()]): Check {
  const name = "package sources";
  if (parts.images !== "built") return { name, found: "not needed" };
  const found = filesWithCredentials(files);
  if (found.length === 0) return { name, found: "without passwords" };
  const problem = `${found.join(" and ")} has a user name or password in an address: images are built with it, and everyone who pulls one would read it`;
  const remedy = "take it out, and let the machine reach packages without one, as by a proxy that adds it";
  return { name, found: "with passwords", obstacle: { problem, remedy } };
}

/** kind is built with a Go toolchain from PyPI; where there is no pip, kind has to be there. */
export function checkKind(parts: LabParts, canBuild: boolean): Check {
  const name = "kind";
  if (parts.kind === "official") return { name, found: "on the PATH" };
  if (canBuild) return { name, found: "built here" };
  const problem = `kind ${versions.kind} is not on the PATH, and cannot be built here without Python's pip`;
  const remedy =
    `install it: https://kind.sigs.k8s.io/docs/user/quick-start, or ` +
    `go install sigs.k8s.io/kind@v${versions.kind}`;
  return { name, found: "missing", obstacle: { problem, remedy } };
}
