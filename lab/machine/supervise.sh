#!/bin/sh
# Keeps one program running: supervise.sh PID_FILE LOG_FILE COMMAND [ARGUMENT…]
# The machine's first process may not be systemd, so nothing else would start it again. Ends, with the
# program, on SIGTERM.
pid_file=$1
log_file=$2
shift 2
echo $$ >"$pid_file"
stop() {
  trap - TERM INT
  kill -TERM "$child" 2>/dev/null
  wait "$child"
  rm -f "$pid_file"
  exit 0
}
trap stop TERM INT
while :; do
  if [ -f "$log_file" ] && [ "$(stat -c %s "$log_file")" -gt 20000000 ]; then
    mv "$log_file" "$log_file.1"
  fi
  "$@" >>"$log_file" 2>&1 &
  child=$!
  wait "$child"
  echo "$(date -u +%FT%TZ) supervise: $1 ended with status $?; starting it again" >>"$log_file"
  sleep 1 &
  wait $!
done
