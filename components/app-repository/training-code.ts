/** The training code as the lab comes with it: what its repository begins with. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { IMAGES } from "../images";

const FOLDER = IMAGES.training.context;

/** The change with which the branch `mlops-bad` differs: a bug that only staging finds. */
export function badPatch(): string {
  return readFileSync(join(FOLDER, "commit", "mlops-bad.patch"), "utf8");
}

/** The files of the repository, in the form of a ConfigMap. */
export interface TrainingCode {
  /** Their texts by key. */
  readonly data: Readonly<Record<string, string>>;
  /** Their keys by path. */
  readonly files: Readonly<Record<string, string>>;
}

/** Reads the code from the project's folder, in which Pulumi runs the program. */
export function trainingCode(): TrainingCode {
  const tests = readdirSync(join(FOLDER, "tests")).filter((file) => file.endsWith(".py"));
  const sources: Readonly<Record<string, string>> = {
    "flow.py": "flow.py",
    Dockerfile: join("commit", "Dockerfile"),
    "README.md": join("commit", "README.md"),
    ...Object.fromEntries(tests.map((file) => [`tests/${file}`, join("tests", file)])),
  };
  const entries = Object.entries(sources).map(([path, source]) => ({
    path,
    // A key has no slash.
    key: path.replaceAll("/", "--"),
    text: readFileSync(join(FOLDER, source), "utf8"),
  }));
  return {
    data: Object.fromEntries(entries.map(({ key, text }) => [key, text])),
    files: Object.fromEntries(entries.map(({ path, key }) => [path, key])),
  };
}
