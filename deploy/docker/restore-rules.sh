#!/bin/sh
# /restore-rules.sh FILE: puts the rules that `GET /v1/rules` or `betrace rules export` wrote onto the server of this container, or of BETRACE_URL. Rules that are
# there with the same id are replaced, others stay. All come into force together; nothing is changed when one has an error.
set -eu
test $# -eq 1 || { echo "usage: $0 FILE" >&2; exit 2; }
exec node --disable-warning=ExperimentalWarning "${BETRACE_HOME:-/betrace}/cli.js" rules import "$1"
