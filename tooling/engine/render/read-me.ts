import type { MissingSecret, Rendered } from "./manifests";
import { PLACEHOLDER_DIGEST } from "./stand-in-engine";

/** First line of the page: a folder that has it was written by this program. */
export const TITLE = "# The lab as manifests";

/** The page that lies beside the manifests and tells what is not in them. */
export function readMe({ files, missing }: Rendered, stack: string): string {
  const unbuilt = files.filter(({ text }) => text.includes(PLACEHOLDER_DIGEST)).map(({ file }) => file);
  return [
    `${TITLE}\n`,
    `Stack \`${stack}\`, written by \`npm run render\`. Apply them in the order of their names: \`kubectl apply -f .\``,
    "\nFiles are overwritten by the next rendering, so changes belong into the program.\n",
    "## Secrets\n",
    ...secretLines(missing),
    ...(unbuilt.length === 0 ? [] : imageLines(unbuilt)),
  ].join("\n");
}

function secretLines(missing: readonly MissingSecret[]): string[] {
  if (missing.length === 0) return ["The stack has none.\n"];
  return [
    "No secret is written to a file. These have to exist in the cluster:\n",
    "| namespace | name | type | keys |",
    "|---|---|---|---|",
    ...missing.map(
      ({ namespace, name, type, keys }) => `| ${namespace} | ${name} | ${type} | ${keys.join(", ")} |`,
    ),
    "",
  ];
}

const imageLines = (files: readonly string[]): string[] => [
  "## Images\n",
  "The stack was not up, so its images were not built. In these files a digest of zeros stands for theirs; it belongs to",
  "no image, so pods that use it cannot start:\n",
  ...files.map((file) => `- \`${file}\``),
  "",
];
