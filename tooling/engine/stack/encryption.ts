/** What of a stack's file goes with a passphrase. Pulumi writes YAML in any style, also in braces where a file was `{}`. */
import { type Document, isMap, parseDocument } from "yaml";

const SALT = "encryptionsalt";

/** Whether a setting is encrypted. */
export const hasSecrets = (text: string): boolean => hasSecure(parseDocument(text).toJS());

const hasSecure = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  ("secure" in value || Object.values(value as Record<string, unknown>).some(hasSecure));

/** The salt that belongs to the passphrase; undefined where there is none. */
export const saltOf = (text: string): string | undefined =>
  parseDocument(text).get(SALT) as string | undefined;

/** The file with a salt. */
export function withSalt(text: string, salt: string): string {
  const file = parseDocument(text);
  file.set(SALT, salt);
  return written(file);
}

/** The file without its salt; empty where it has nothing else. */
export function withoutSalt(text: string): string {
  const file = parseDocument(text);
  file.delete(SALT);
  const isEmpty = isMap(file.contents) && file.contents.items.length === 0;
  return isEmpty && file.commentBefore === null ? "" : written(file);
}

const written = (file: Document): string => file.toString({ lineWidth: 0 });
