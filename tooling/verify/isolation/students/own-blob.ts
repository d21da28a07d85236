/** A blob in a student's own repository, for others to try to take. */
import { createHash } from "node:crypto";
import { registryPlace } from "../../clients/registry";
import type { StudentStack } from "./student";
import { type Reply, type Request, send } from "../../clients/send";

/** Of the student's repository. */
export const IMAGE = "gourmetgram-app";

/** A blob that is there until it is removed. */
export interface OwnBlob {
  /** Empty where the registry is someone else's, which knows no students. */
  readonly digest: string;
  readonly remove: () => Promise<void>;
}

/**
 * Pushes a few bytes to the student's repository with the student's name: whether or not there is anything in it yet.
 *
 * @param id Of the verification, so that the bytes are known nowhere else.
 * @throws Error if the registry does not take them
 */
export async function pushOwnBlob(
  { name, outputs, registryUser }: StudentStack,
  id: string,
): Promise<OwnBlob> {
  const [url] = registryPlace(outputs.registry).urls;
  if (registryUser === null || url === undefined) return { digest: "", remove: () => Promise.resolve() };
  const auth = `${registryUser.username}:${registryUser.password}`;
  const ask = async (expected: number, request: Request): Promise<Extract<Reply, { status: number }>> => {
    const reply = await send(url, request, { auth });
    if ("status" in reply && reply.status === expected) return reply;
    const seen = "status" in reply ? `status ${reply.status}` : reply.reason;
    throw new Error(`a blob of ${name} in the registry: ${request.method} came to ${seen}`);
  };
  const body = { verify: id, of: name };
  const digest = `sha256:${createHash("sha256").update(JSON.stringify(body)).digest("hex")}`;
  const repository = `/v2/${name}/${IMAGE}/blobs`;
  const { location = "" } = await ask(202, { method: "POST", path: `${repository}/uploads/` });
  const { pathname, searchParams } = new URL(location, url);
  searchParams.set("digest", digest);
  const headers = { "content-type": "application/octet-stream" };
  await ask(201, { method: "PUT", path: `${pathname}?${searchParams.toString()}`, headers, body });
  return {
    digest,
    remove: async () => {
      await ask(202, { method: "DELETE", path: `${repository}/${digest}` });
    },
  };
}
