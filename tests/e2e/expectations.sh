# shellcheck shell=bash
# For shell tests to source: what was expected and whether it came so. A test
# ends with `exit $failed`.
failed=0

say() { printf '[%s] %s\n' "$(basename "$0" .sh)" "$*" >&2; }
expect() { # title, command...
  local title=$1
  shift
  if "$@"; then
    say "ok: $title"
  else
    say "FAILED: $title"
    failed=1
  fi
}
