/** The space that each owner takes in a guarded registry: how it is measured, and what whoever has taken too much is told. */
import { bytesOf } from "../kubernetes";

/** Seconds between two measurements. */
const PAUSE = 20;

/** Folder in the registry's pod with what is measured. */
export const GUARD_SPACE = "/space";

/** Folder in it with a file for each owner who may add nothing, named after the owner: the body of the refusal. */
export const FULL = "full";

/** File in it with a line for each owner: the name and KiB. */
export const USED = "used";

/**
 * The KiB of a Kubernetes quantity, rounded up: `du` counts in them, and 0 would mean no limit to nginx.
 *
 * @throws RangeError if it is not a quantity of bytes
 */
export function kibibytesOf(quantity: string): number {
  return Math.ceil(bytesOf(quantity) / 1024);
}

/** A refusal as registries express it. What they are told, clients show. */
function denied(message: string): string {
  return JSON.stringify({ errors: [{ code: "DENIED", message }] });
}

/**
 * What the pipeline recognises a refusal by, whatever else it says: see `build_failure.py`.
 *
 * @param limit MiB.
 */
const ofEachStudent = (limit: number | string): string =>
  `the ${limit} MiB that each student has in the registry`;

/** What is said of a layer that no student can store. */
export function layerTooLarge(kibibytes: number): string {
  const limit = Math.floor(kibibytes / 1024);
  return denied(
    `a layer is larger than ${ofEachStudent(limit)}. Leave out of the image what it does not need.`,
  );
}

const TOO_MUCH = denied(
  `the images and build caches of %s take %s MiB of ${ofEachStudent("%s")}. ` +
    "Ask your teacher to delete old images, or to raise registrySpacePerStudent.",
);

// What `du` prints, as a line for each owner. A folder `_layers/sha256/HEX` or `_manifests/revisions/sha256/HEX` stays in
// a repository when its link is deleted, and the blob stays until it is collected. So this counts what is on the disk: by
// the links in the folders, whoever pushes and deletes in turn could fill it. The base's repositories have no slash, so the
// registry's own folders in them (`_…`) are right below the names; in an owner's they are further down. The line of "."
// comes last: without it something is missing.
const COUNT = String.raw`
NF == 1 { used[$1] += 0; next }
$2 == "." { complete = 1 }
{ depth = split($2, part, "/"); blob = part[depth] }
$2 ~ /^\.\/blobs\/sha256\/..\/[0-9a-f]+$/ { size[blob] = $1 }
part[2] != "repositories" || depth < 4 { next }
depth == 4 && part[4] !~ /^_/ { used[part[3]] += $1 }
$2 ~ /\/(_layers|_manifests\/revisions)\/sha256\/[0-9a-f]+$/ {
  if (part[4] ~ /^_/) base[blob]
  else has[part[3] "/" blob]
}
END {
  if (!complete) exit 1
  for (each in has) {
    split(each, part, "/")
    if (!(part[2] in base)) used[part[1]] += size[part[2]]
  }
  for (owner in used) if (owner ~ /^[a-z0-9][a-z0-9-]*$/) printf "%s %.0f\n", owner, used[owner]
}`;

/**
 * Measures once, in a shell: of a registry's folder ($1), each owner's repositories with all that is in them, unfinished
 * uploads among it, and each blob of theirs that is none of the base's. Leaves {@link USED} and {@link FULL} in a folder
 * ($2), the second for owners above a limit in KiB ($3). Where it fails, what was measured last stays.
 *
 * Owners who have a file there and no repositories any more are counted too, so that the file goes.
 */
export const MEASURE = `cd "$1" 2>/dev/null || exit 0
mkdir -p "$2/${FULL}"
{ ls "$2/${FULL}"; du -k . 2>/dev/null; } | awk -F '\\t' '${COUNT}' > "$2/new" || {
  echo "the space of students was not measured" >&2
  exit 1
}
mv "$2/new" "$2/${USED}"
while read -r owner used; do
  if [ "$used" -gt "$3" ]; then
    printf '${TOO_MUCH}' "$owner" "$(((used + 1023) / 1024))" "$(($3 / 1024))" > "$2/new" && mv "$2/new" "$2/${FULL}/$owner"
  else
    rm -f "$2/${FULL}/$owner"
  fi
done < "$2/${USED}"`;

/** Measures again and again. A first process has to ask for the signal that ends it, and hears it only while it waits. */
export const KEEP_MEASURING = `trap 'exit 0' TERM
while :; do
(
${MEASURE}
)
sleep ${PAUSE} &
wait $!
done`;
