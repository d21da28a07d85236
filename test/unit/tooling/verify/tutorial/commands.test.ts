import assert from "node:assert/strict";
import { commandsOf, toRun } from "../../../../../tooling/verify/tutorial/commands";

const PAGE = `# A page

Run \`npm run up\`, or \`npm run argo -- …\`; \`mlflow\` is no command.

\`\`\`console
$ npm run train
train-model-… succeeded.

$ npm run argo -- submit \\
    --watch
\`\`\`

\`\`\`yaml
- $ npm run no
\`\`\`

| a | b |
|---|---|
| x | \`npm run status\` |

\`\`\`sh
# A comment
git status
npm run train
\`\`\`
`;

describe("verify: the commands of a page", () => {
  const found = commandsOf("page.md", PAGE);

  it("are those of its blocks, with what one sees, and those in its text", () => {
    assert.deepEqual(
      found.map(({ line, text, shown, inline }) => [line, text, shown, inline]),
      [
        [3, "npm run up", [], true],
        [6, "npm run train", ["train-model-… succeeded.", ""], false],
        [9, "npm run argo -- submit \\\n    --watch", [], false],
        [19, "npm run status", [], true],
        [23, "git status", [], false],
        [24, "npm run train", [], false],
      ],
    );
    assert.ok(found.every(({ page }) => page === "page.md"));
  });

  it("are each run, of those in text only what is in no block", () => {
    const again = commandsOf("other.md", "`npm run train` and `npm run up` and `npm run status`");
    assert.deepEqual(
      toRun([...found, ...again]).map(({ page, text }) => `${page} ${text.split("\n")[0] ?? ""}`),
      [
        "page.md npm run up",
        "page.md npm run train",
        "page.md npm run argo -- submit \\",
        "page.md npm run status",
        "page.md git status",
        "page.md npm run train",
      ],
    );
  });
});
