#!/bin/bash
# Create the database in an empty PGDATA, then become the server. Arguments are passed on to `postgres`; a command
# other than `postgres` is run as it is.
#
# A database is first made in the folder .initialising inside PGDATA, and moved up when it is complete. If that
# folder is there at the start, an earlier container ended in between: nothing was served yet, so it starts afresh.
set -euo pipefail

say() { echo "docker-entrypoint.sh: $*" >&2; }
die() { say "$*"; exit 1; }

# The password for a new database, from exactly one of its two variables.
new_password() {
  local file=${POSTGRES_PASSWORD_FILE-}
  if [[ -n ${POSTGRES_PASSWORD-} && -n $file ]]; then
    die "POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are both set; set one of them"
  fi
  local password=${POSTGRES_PASSWORD-}
  if [[ -n $file ]]; then
    password=$(<"$file") || die "POSTGRES_PASSWORD_FILE=$file cannot be read"
  fi
  [[ -n $password ]] || die "a new database needs a password; set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE"
  printf '%s\n' "$password"
}

# The entries of PGDATA. lost+found is there when PGDATA is a file system of its own.
entries() { find "$PGDATA" -mindepth 1 -maxdepth 1 ! -name lost+found "$@"; }

create_database() {
  local user=${POSTGRES_USER:-postgres} password
  local database=${POSTGRES_DB:-$user}
  password=$(new_password)

  say "creating the database $database in $PGDATA"
  mkdir "$unfinished"
  initdb --pgdata "$unfinished/data" --username "$user" --pwfile <(printf '%s\n' "$password") \
    --encoding UTF8 --locale C.UTF-8 --auth-local trust --auth-host scram-sha-256 --no-instructions >&2

  echo "listen_addresses = '*'" >> "$unfinished/data/postgresql.conf"
  echo "host all all all scram-sha-256" >> "$unfinished/data/pg_hba.conf"
  if [[ $database != postgres ]]; then
    # The single-user mode needs neither a port nor a socket. Within an SQL name, a quote is written twice.
    echo "CREATE DATABASE \"${database//\"/\"\"}\"" |
      postgres --single -D "$unfinished/data" -c exit_on_error=true postgres > /dev/null
  fi

  find "$unfinished/data" -mindepth 1 -maxdepth 1 -exec mv --target-directory "$PGDATA" {} +
  sync --file-system "$PGDATA"
  rmdir "$unfinished/data" "$unfinished"
}

if [[ ${1-postgres} == -* ]]; then
  set -- postgres "$@"
fi
if [[ ${1-postgres} != postgres ]]; then
  exec "$@"
fi

: "${PGDATA:?is not set}"
[[ $(id -u) != 0 ]] || die "Postgres does not run as root; run the container as user 999"
mkdir -p "$PGDATA" || die "PGDATA=$PGDATA cannot be created; give its volume to group 999 (fsGroup)"
chmod 0700 "$PGDATA" || die "PGDATA=$PGDATA belongs to another user; set PGDATA to a folder inside the volume"

unfinished=$PGDATA/.initialising
if [[ -e $unfinished ]]; then
  say "an earlier start did not finish creating the database; starting afresh"
  # The mark goes last, so that this can be interrupted too.
  entries ! -name .initialising -exec rm -rf {} +
  rm -rf "$unfinished"
fi
if [[ ! -s $PGDATA/PG_VERSION ]]; then
  [[ -z $(entries) ]] || die "PGDATA=$PGDATA holds files, but no database; empty it or set PGDATA to another folder"
  create_database
fi

exec "${@:-postgres}"
