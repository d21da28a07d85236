/** The commands that a page of the tutorial has, and what it says one sees. */
import { lexer, type Token, walkTokens } from "marked";

/** A command as it is printed. */
export interface PageCommand {
  /** Path of the page from the checkout. */
  readonly page: string;
  /** Line of the page, from 1. */
  readonly line: number;
  /** Several lines where the page breaks it with a backslash. */
  readonly text: string;
  /** The lines that one sees; none where the page shows none. */
  readonly shown: readonly string[];
  /** Whether it stands in running text or in a table, and not in a block. */
  readonly inline: boolean;
}

/** How a code span begins that is a command. One with `…` stands for many, and is none. */
const INLINE = /^(npm|npx|git|curl) (?!.*…)/;

/**
 * All commands of a page, in its order.
 *
 * In a block `console`, a line that begins with `$ ` is a command, and the lines below it are what one sees. In a block
 * `sh`, each line is a command. Everywhere, a line that ends with a backslash goes on in the next one.
 */
export function commandsOf(page: string, markdown: string): PageCommand[] {
  const found: PageCommand[] = [];
  let line = 1;
  for (const token of lexer(markdown)) {
    const add = (command: Omit<PageCommand, "page">): void => void found.push({ page, ...command });
    if (token.type === "code") inBlock(token, line).forEach(add);
    else inText(token, line).forEach(add);
    line += token.raw.split("\n").length - 1;
  }
  return found;
}

function inBlock(token: Token, begin: number): Omit<PageCommand, "page">[] {
  const { lang, text } = token as Token & { lang?: string; text: string };
  if (lang !== "console" && lang !== "sh") return [];
  const found: { line: number; text: string; shown: string[]; inline: false }[] = [];
  let goesOn = false;
  // The first line is the fence.
  for (const [index, row] of text.split("\n").entries()) {
    const last = found.at(-1);
    const isCommand = lang === "sh" ? row.trim() !== "" && !row.startsWith("#") : row.startsWith("$ ");
    if (goesOn && last !== undefined) last.text += `\n${row}`;
    else if (isCommand) {
      const command = lang === "sh" ? row : row.slice(2);
      found.push({ line: begin + 1 + index, text: command.trimEnd(), shown: [], inline: false });
    } else last?.shown.push(row);
    goesOn = row.endsWith("\\");
  }
  return found;
}

function inText(token: Token, begin: number): Omit<PageCommand, "page">[] {
  const found: Omit<PageCommand, "page">[] = [];
  void walkTokens([token], (each: Token) => {
    // A code span in a table, or broken by a line.
    const text = each.type === "codespan" ? (each as { text: string }).text.replaceAll("\n", " ") : "";
    if (!INLINE.test(text)) return;
    const before = token.raw.slice(0, Math.max(0, token.raw.indexOf(each.raw)));
    found.push({ line: begin + before.split("\n").length - 1, text, shown: [], inline: true });
  });
  return found;
}

/** The commands of all pages as they are run: each of the blocks, and of those in running text what is in no block. */
export function toRun(commands: readonly PageCommand[]): PageCommand[] {
  const known = new Set(commands.filter(({ inline }) => !inline).map(({ text }) => text));
  return commands.filter(({ inline, text }) => {
    if (!inline) return true;
    if (known.has(text)) return false;
    known.add(text);
    return true;
  });
}
