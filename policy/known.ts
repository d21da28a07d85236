import { type Props } from "./subject";

/**
 * A copy of a resource's properties without those that are not known in a preview. Policies get them in a form in
 * which reading an unknown one throws, and a rule that ends there has not judged the rest.
 */
export const knownProps = (props: Props): Props => copyOf(props) as Props;

function copyOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const known = Object.keys(value).flatMap((key): [string, unknown][] => {
    try {
      return [[key, copyOf((value as Props)[key])]];
    } catch (error) {
      if (isUnknownValue(error)) return [];
      throw error;
    }
  });
  return Array.isArray(value) ? known.map(([, item]) => item) : Object.fromEntries(known);
}

/** The SDK does not export the class of the error. */
const isUnknownValue = (error: unknown): boolean =>
  error instanceof Error && "unknownTypeSentinel" in error && "props" in error;
