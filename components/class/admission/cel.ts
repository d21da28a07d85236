/** Types of JSON values, as conditions in CEL: what Go would fail to decode has to be refused before it is stored. */

/** The condition that holds where an expression has the type. `place` is unique on the way down, for bound names. */
export type Type = (value: string, place?: string) => string;

/** Text of at most so many characters. */
export function text(most: number): Type {
  return (value) => `(type(${value}) == string && size(${value}) <= ${most})`;
}

/** One of some texts. */
export function oneOf(...texts: readonly string[]): Type {
  return (value) => `${value} in ${JSON.stringify(texts)}`;
}

export const flag: Type = (value) => `type(${value}) == bool`;

/** A value that Argo's reader takes as text, whatever was written. */
export function scalar(most: number): Type {
  return (value) =>
    `(${text(most)(value)} || ${["int", "double", "bool"].map((name) => `type(${value}) == ${name}`).join(" || ")})`;
}

/** A time as Go reads it, or null, as Go writes one that is not set. A day that there is not is an error, which refuses too. */
export const time: Type = (value) =>
  `(${value} == null || (type(${value}) == string && ${value}.matches("^[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}Z$") && timestamp(${value}) > timestamp("0001-01-01T00:00:00Z")))`;

export function either(...types: readonly Type[]): Type {
  return (value, place) => `(${types.map((type) => type(value, place)).join(" || ")})`;
}

/** A list of at most so many items. */
export function list(most: number, item: Type): Type {
  return (value, place = "") => {
    const each = `item${place}`;
    return `(type(${value}) == list && size(${value}) <= ${most} && ${value}.all(${each}, ${item(each, `${place}i`)}))`;
  };
}

/** An object with some of these members and no others. */
export function record(members: Readonly<Record<string, Type>>): Type {
  return (value, place = "") => {
    const key = `key${place}`;
    const known = Object.entries(members).map(([name, type], index) => {
      const member = `${value}[${JSON.stringify(name)}]`;
      return `(!(${JSON.stringify(name)} in ${value}) || ${type(member, `${place}${index}`)})`;
    });
    const names = JSON.stringify(Object.keys(members));
    return `(type(${value}) == map && ${value}.all(${key}, ${key} in ${names})${known.map((each) => ` && ${each}`).join("")})`;
  };
}

/** The condition that a member of an object is as it was. */
export function unchanged(key: string, now: string, before: string): string {
  return `(${key} in ${before} && ${now}[${key}] == ${before}[${key}])`;
}

/**
 * The condition that texts hold nothing that Argo replaces: no two opening braces, and nothing that becomes them beside another text
 * (`{` at the end) or once its JSON is read (`\u007b`).
 *
 * @param texts An expression for a list of texts.
 */
export function arePlain(texts: string): string {
  return String.raw`${texts}.all(text, !text.matches(r'\{(\{|$)|\\u007[bB]'))`;
}
