#!/bin/sh
# Make the application's repository, or bring it up to date with the application in this image.
#
# The branch `course` always is the application of this image. `main` follows it until somebody pushes to `main`;
# from then on it is theirs. The same series of applications gives the same commits in each lab.
set -eu

repository=${REPOSITORY:-/srv/git/gourmetgram.git}
seed=${SEED:-/seed}

export GIT_DIR="$repository"
export GIT_AUTHOR_NAME=GourmetGram GIT_AUTHOR_EMAIL=gourmetgram@localhost
export GIT_COMMITTER_NAME=GourmetGram GIT_COMMITTER_EMAIL=gourmetgram@localhost
export GIT_AUTHOR_DATE='2025-01-01T00:00:00Z' GIT_COMMITTER_DATE='2025-01-01T00:00:00Z'

say() { echo "seed.sh: $*"; }

# The commit of a branch; empty if there is none.
commit_of() { git rev-parse --quiet --verify "refs/heads/$1^{commit}" || true; }

if [ ! -d "$seed" ] || [ -z "$(ls -A "$seed")" ]; then
  say "there is no application in $seed; build the image with the folder \`app\` as its context" >&2
  exit 1
fi

# Once more does no harm, and completes what an interrupted start has left.
git init --quiet --bare --initial-branch=main "$repository"
# Nobody but this script uses the volume now: locks are of a server that was killed.
find "$repository" -name '*.lock' -delete
# A push to `course` is refused, because the next start would cover it up.
git config --replace-all receive.hideRefs refs/heads/course
git config gc.auto 200

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GIT_INDEX_FILE="$scratch/index"
git --work-tree="$seed" add --all "$seed"
tree=$(git write-tree)

before=$(commit_of course)
if [ -n "$before" ] && [ "$(git rev-parse "$before^{tree}")" = "$tree" ]; then
  course=$before
  say "the branch course is up to date"
else
  course=$(git commit-tree "$tree" ${before:+-p "$before"} -m 'The GourmetGram application')
  say "the branch course is now $course"
fi

main=$(commit_of main)
# `main` goes first: if the script is interrupted in between, the next start still sees that it may follow.
if [ -z "$main" ] || [ "$main" = "$before" ]; then
  git update-ref refs/heads/main "$course" "$main"
  say "the branch main is now $course"
elif [ "$main" != "$course" ]; then
  say "the branch main has been pushed to, and stays at $main; merge course into it to get what is new"
fi
git update-ref refs/heads/course "$course"
