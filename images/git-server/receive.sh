#!/bin/sh
# Answers the question with which a push begins: by Git's own program, or by a refusal where the volume has no room left.
# Git would only say that it cannot make a folder. Where a push is too large for what is left, Git says so itself.
set -eu

# Bytes that a small push takes.
least=65536
free=$(($(stat --file-system --format '%a * %S' "$GIT_PROJECT_ROOT")))
if [ "$free" -ge "$least" ]; then exec /usr/lib/git-core/git-http-backend; fi

refusal="ERR the volume of the git server is full (No space left on device), so nothing was pushed"
refusal="$refusal: ask whoever runs the lab to make room, then push again"
printf 'Content-Type: application/x-git-receive-pack-advertisement\r\nCache-Control: no-cache\r\n\r\n'
# Each line of Git's protocol begins with its length, in which these four digits count.
printf '001f# service=git-receive-pack\n0000%04x%s' $((${#refusal} + 4)) "$refusal"
