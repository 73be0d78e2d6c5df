#!/usr/bin/env bash
# Runs a stage for a workflow. A stage refuses to mix its work with what is
# there from other options (exit 78); the workflow knows that this is out of
# date, so it is made anew.
#
#   workflows/stage.sh PROGRAM FLAG...
set -u
code=0
"$@" || code=$?
if [ "$code" != 78 ]; then exit "$code"; fi
printf 'stage.sh: %s, again with --overwrite\n' "$(basename "$1")" >&2
exec "$@" --overwrite
