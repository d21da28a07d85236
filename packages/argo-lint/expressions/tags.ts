import { isRecord, Node } from "../objects/node";

/** A value that Argo pastes in: `{{inputs.parameters.name}}`, or an expression `{{=…}}`. */
export interface Tag {
  /** What stands between the braces, trimmed; without the `=` of an expression. */
  readonly text: string;
  /** True for `{{=…}}`, which has a language of its own. */
  readonly expression: boolean;
  /** Where the tag begins and ends in its text. */
  readonly start: number;
  readonly end: number;
}

/** Stands for a tag in a text that is read before Argo has filled the tag in. A private-use character. */
export const FILLED_IN_LATER = "\uE000";

/** In nested tags the innermost: Argo fills that in first, and then reads the text again. */
const TAG = /\{\{(=?)((?:(?!\{\{)[\s\S])*?)\}\}/g;

/** The tags of a text, in order. */
export function tagsOf(text: string): Tag[] {
  if (!text.includes("{{")) {
    return [];
  }
  return [...text.matchAll(TAG)].map((match) => ({
    text: (match[2] ?? "").trim(),
    expression: match[1] === "=",
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** The text with a character in the place of every tag. */
export function withoutTags(text: string): string {
  let result = text;
  for (let before = ""; before !== result && result.includes("{{");) {
    before = result;
    result = before.replace(TAG, FILLED_IN_LATER);
  }
  return result;
}

/** Whether a tag of the text is completed by another one, so that it is not known yet what it refers to. */
export function hasNestedTags(text: string): boolean {
  return /\{\{(?:(?!\}\})[\s\S])*\{\{/.test(text);
}

/** The text if it is known now: undefined if a part of it is filled in later, or is not a string. */
export function literal(node: Node): string | undefined {
  const { text } = node;
  return text === undefined || text.includes("{{") || text.includes(FILLED_IN_LATER) ? undefined : text;
}

/** A reference with one brace at its end, or none up to the end of the text. */
const UNCLOSED =
  /\{\{\s*((?:inputs|outputs|workflow|steps|tasks|item|pod)(?:\.[-\w.[\]]*)?)\s*(?:\}(?!\})|$)/;

/** An expression without an end. */
const UNCLOSED_EXPRESSION = /\{\{(=(?:(?!\}\})[\s\S])*)$/;

/** The reference, or expression, in a text whose braces are not closed. */
export function unclosedTag(text: string): string | undefined {
  return (UNCLOSED.exec(text) ?? UNCLOSED_EXPRESSION.exec(text))?.[1];
}

/** All texts inside a value that hold tags, or the beginning of one. Members in `except` are excluded, at the top level only. */
export function* taggedTexts(node: Node, except: ReadonlySet<string> = NONE): Generator<[Node, Tag[]]> {
  const { value } = node;
  if (typeof value === "string") {
    if (value.includes("{{")) yield [node, tagsOf(value)];
  } else if (Array.isArray(value)) {
    for (const item of node.items) {
      yield* taggedTexts(item);
    }
  } else if (isRecord(value)) {
    for (const key of Object.keys(value)) {
      const member = value[key];
      if (!except.has(key) && (typeof member === "object" || typeof member === "string")) {
        yield* taggedTexts(node.at(key));
      }
    }
  }
}

/** All texts inside a value. */
export function* textsIn(node: Node): Generator<string> {
  if (typeof node.value === "string") yield node.value;
  for (const each of [...node.items, ...node.members.map(([, member]) => member)]) yield* textsIn(each);
}

const NONE: ReadonlySet<string> = new Set();
