import type { Answer, Hole, Old } from "./answer";

/** 1 for a vulnerability; 3 for a question that nobody answered, which is no good news; 0 for neither. */
export function exitCodeOf(answers: readonly Answer[]): 0 | 1 | 3 {
  if (answers.some(({ holes }) => holes.length > 0)) return 1;
  return answers.some(({ unanswered }) => unanswered.length > 0) ? 3 : 0;
}

/** For people: what has to be done first comes last, where it is seen. */
export function textOf(answers: readonly Answer[]): string {
  const olds = answers.flatMap(({ source, old }) => old.map((each) => oldLine(source, each)));
  const holes = answers.flatMap(({ source, holes }) => holes.map((each) => holeLine(source, each)));
  const unanswered = answers.flatMap(({ source, unanswered }) =>
    unanswered.map((each) => `  ${source}: ${each}`),
  );
  const tagged = answers.flatMap(({ tagged = [] }) =>
    tagged.map(({ where, reference }) => `  ${where}: ${reference}`),
  );
  return [
    ...section("Images that are named by a tag, with what it means today", tagged),
    ...section("Newer versions", olds),
    ...section("Not answered, so nothing is known of it", [...unanswered, NOT_ASKED]),
    ...section("Published vulnerabilities", holes),
    `${olds.length} newer versions, ${holes.length} vulnerabilities, ${unanswered.length} questions without an answer`,
    ...(olds.length + holes.length > 0 ? [HOW] : []),
  ].join("\n");
}

/** Their versions are not pinned, so there is nothing to ask about. */
const NOT_ASKED =
  "  Debian: not asked; an image has the packages that were current when it was built, and keeps them until it is built again";

const HOW = "fix: CONTRIBUTING.md, How to upgrade, says what goes together";

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`${title}:`, ...lines, ""];

const oldLine = (source: string, { name, current, latest, where }: Old): string =>
  `  ${source}: ${name} ${current}, now ${latest} (${where.join(", ")})`;

const holeLine = (source: string, { id, name, version, fixed, where }: Hole): string =>
  `  ${source}: ${name} ${version}: ${id}${fixed.length === 0 ? "" : `, fixed in ${fixed.join(", ")}`} (${where.join(", ")})`;
