import { compact } from "./compact";

/** The annotations that Argo's page shows as title and description; nothing if there is neither. */
export function described(
  title: string | undefined,
  description: string | undefined,
): Readonly<Record<string, string>> | undefined {
  if (title === undefined && description === undefined) return undefined;
  return compact({
    "workflows.argoproj.io/title": title,
    "workflows.argoproj.io/description": description,
  });
}
