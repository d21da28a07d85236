#!/bin/sh
# Git runs this with its question as the argument. So the password is in no command line, URL or log.
case $1 in
Username*) printf '%s\n' "$APP_REPOSITORY_USERNAME" ;;
*) cat "$APP_REPOSITORY_PASSWORD_FILE" ;;
esac
