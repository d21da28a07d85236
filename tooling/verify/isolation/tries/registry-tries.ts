/** What is tried of the registry of a class: without a name, and with a student's. */
import { imageNameOf } from "../../clients/registry";
import { IMAGE } from "../students/own-blob";
import type { Student } from "../students/student";
import { get } from "./api-requests";
import type { Request } from "../../clients/send";
import { triesOf, type Try, type TryMaker } from "./try";

/** The tag of a repository under which its builds' cache is. */
const CACHE = "build-cache";
/** Of a path that means one repository here and another there; whichever way it is turned down. */
const TURNED_DOWN = [400, 404];
/** Of a repository that nothing has been pushed to. */
const EMPTY = 404;
/** An upload has begun: the blob was not taken from where the request says. */
const ORDINARY_UPLOAD = 202;
/** The blob is in the repository now. */
const CREATED = 201;

/** Nothing where the registry is someone else's, which knows no students. */
export function registryTries(own: Student, other: Student): Try[] {
  if (own.registryUser === null) return [];
  const base = imageNameOf(own.outputs.trainingImage.reference);
  const [mine, theirs] = [own, other].map(({ name }) => `/v2/${name}/${IMAGE}`) as [string, string];
  const whose = `${other.name}'s repository`;
  const nobody = by("nobody", "someone without a name");
  const student = by("student", `${own.name}'s name in the registry`);
  return [
    nobody.reached(`the base's ${base}`, get(`/v2/${base}/tags/list`)),
    nobody.refused(whose, get(`${theirs}/tags/list`)),
    nobody.refused(`to push to ${whose}`, upload(theirs)),
    nobody.refused(`to push to the base's ${base}`, upload(`/v2/${base}`)),
    nobody.refused("the list of all repositories", get("/v2/_catalog")),
    student.reached("the own repository", get(`${mine}/tags/list`), [EMPTY]),
    student.reached("to push to it", upload(mine)),
    student.refused(whose, get(`${theirs}/tags/list`)),
    student.refused(`a manifest of ${whose}`, get(`${theirs}/manifests/latest`)),
    student.refused(`to push to ${whose}`, upload(theirs)),
    student.reached("the own builds' cache", get(`${mine}/manifests/${CACHE}`), [EMPTY]),
    student.refused(`the cache of ${other.name}'s builds`, get(`${theirs}/manifests/${CACHE}`)),
    student.refused(`to write the cache of ${other.name}'s builds`, put(`${theirs}/manifests/${CACHE}`)),
    student.refused("to write a cache among the base's images", put(`/v2/${base}/manifests/${CACHE}`)),
    student.refused(`to push to the base's ${base}`, upload(`/v2/${base}`)),
    student.refused("the list of all repositories", get("/v2/_catalog")),
    ...["/../", "/%2e%2e/", "/.%2E/", "%2f..%2f", "/x/../../"].map((climb) =>
      student.refused(
        `${whose} by way of the own, with ${climb}`,
        get(`/v2/${own.name}${climb}${other.name}/${IMAGE}/tags/list`),
        TURNED_DOWN,
      ),
    ),
    student.refused(`${whose} behind a part without a name`, get(`/v2//${other.name}/${IMAGE}/tags/list`), [
      ...TURNED_DOWN,
    ]),
    // Only if the registry can take a blob over at all, not to do it proves something.
    {
      ...student.reached("to take a blob over from the own repository", mount(mine, own.blob, own.name)),
      only: [CREATED],
    },
    student.refused(`to take a blob over from ${whose}`, mount(mine, other.blob, other.name), [
      ORDINARY_UPLOAD,
    ]),
  ];
}

function by(as: "nobody" | "student", who: string): TryMaker<Request> {
  return triesOf(who, (request) => ({ kind: "registry", as, ...request }));
}

function put(path: string): Request {
  const headers = { "content-type": "application/vnd.oci.image.manifest.v1+json" };
  return { method: "PUT", path, headers, body: {} };
}

/** @param from Whose repository has the blob. */
function mount(repository: string, digest: string, from: string): Request {
  return upload(repository, `?mount=${digest}&from=${encodeURIComponent(`${from}/${IMAGE}`)}`);
}

function upload(repository: string, query = ""): Request {
  return { method: "POST", path: `${repository}/blobs/uploads/${query}` };
}
