#!/bin/sh
# Make a repository, or bring it up to date with the code that the lab comes with:
#
#     REPOSITORY    its folder; by default that of the application
#     SEED          folder with the code; by default the application in this image
#     OWN_BRANCH    branch that people push to, `main` by default
#     TITLE         message of the commits
#     HOOKS         folder with hooks; by default there are none
#     BAD_BRANCH    a further branch, of `course` with the patch of the file BAD_PATCH and the message BAD_TITLE; by
#                   default there is none
#
# The branch `course` always is the code of the lab. The branch that people push to follows it until somebody does;
# from then on it is theirs. The same series of codes gives the same commits in each lab.
set -eu

repository=${REPOSITORY:-/srv/git/gourmetgram.git}
seed=${SEED:-/seed}
own=${OWN_BRANCH:-main}
title=${TITLE:-The GourmetGram application}

export GIT_DIR="$repository"
export GIT_AUTHOR_NAME=GourmetGram GIT_AUTHOR_EMAIL=gourmetgram@localhost
export GIT_COMMITTER_NAME=GourmetGram GIT_COMMITTER_EMAIL=gourmetgram@localhost
export GIT_AUTHOR_DATE='2025-01-01T00:00:00Z' GIT_COMMITTER_DATE='2025-01-01T00:00:00Z'

say() { echo "seed.sh: $*"; }

# The commit of a branch; empty if there is none.
commit_of() { git rev-parse --quiet --verify "refs/heads/$1^{commit}" || true; }

if [ ! -d "$seed" ] || [ -z "$(ls -A "$seed")" ]; then
  say "there is no code in $seed; build the image with the folder \`app\` as its context" >&2
  exit 1
fi

# Once more does no harm, and completes what an interrupted start has left.
git init --quiet --bare --initial-branch="$own" "$repository"
# Nobody but this script uses the volume now: locks are of a server that was killed.
find "$repository" -name '*.lock' -delete
# A push to `course` is refused, because the next start would cover it up.
git config --replace-all receive.hideRefs refs/heads/course
if [ -n "${BAD_BRANCH:-}" ]; then git config --add receive.hideRefs "refs/heads/$BAD_BRANCH"; fi
# A run may be of a commit that is not the newest of its branch.
git config uploadpack.allowReachableSHA1InWant true
# A folder in which nothing is by default, so that nobody has hooks run by putting them into the volume.
git config core.hooksPath "${HOOKS:-/nonexistent}"
git config gc.auto 200

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GIT_INDEX_FILE="$scratch/index"
# A folder of Kubernetes has links to its files, and beside them folders that begin with two dots.
mkdir "$scratch/code"
for each in "$seed"/* "$seed"/.[!.]*; do
  if [ -e "$each" ]; then cp -rL "$each" "$scratch/code/"; fi
done
git --work-tree="$scratch/code" add --all "$scratch/code"
tree=$(git write-tree)

before=$(commit_of course)
if [ -n "$before" ] && [ "$(git rev-parse "$before^{tree}")" = "$tree" ]; then
  course=$before
  say "the branch course is up to date"
else
  course=$(git commit-tree "$tree" ${before:+-p "$before"} -m "$title")
  say "the branch course is now $course"
fi

mine=$(commit_of "$own")
# That branch goes first: if the script is interrupted in between, the next start still sees that it may follow.
if [ -z "$mine" ] || [ "$mine" = "$before" ]; then
  git update-ref "refs/heads/$own" "$course" "$mine"
  say "the branch $own is now $course"
elif [ "$mine" != "$course" ]; then
  say "the branch $own has been pushed to, and stays at $mine; merge course into it to get what is new"
fi
git update-ref refs/heads/course "$course"

if [ -n "${BAD_BRANCH:-}" ]; then
  git apply --cached "$BAD_PATCH"
  bad=$(git commit-tree "$(git write-tree)" -p "$course" -m "$BAD_TITLE")
  git update-ref "refs/heads/$BAD_BRANCH" "$bad"
  say "the branch $BAD_BRANCH is $bad"
fi
