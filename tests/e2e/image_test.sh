#!/usr/bin/env bash
# The image of tools/package/Containerfile: what its entry point lists, exit codes,
# signals, and the first stages on a volume, by its own user and by another.
# Building it takes a registry, so that is done before (docs/packaging.md), and
# test.sh leaves this out. Without an engine or the image: skipped, exit code 77.
#
#   tests/e2e/image_test.sh [IMAGE]     default: maskfill:0.1.0
#   ENGINE=docker                       default: podman
set -uo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/e2e/expectations.sh
source tests/e2e/expectations.sh
image=${1:-maskfill:0.1.0}
engine=${ENGINE:-podman}
command -v "$engine" >/dev/null || {
  say "SKIPPED: there is no $engine"
  exit 77
}
"$engine" image inspect "$image" >/dev/null 2>&1 || {
  say "SKIPPED: $engine has no image $image; tools/package/Containerfile makes it"
  exit 77
}

work=$(mktemp -d)
name=maskfill-test-$$
cleanup() {
  "$engine" rm --force "$name" >/dev/null 2>&1
  "$engine" volume rm "$name" >/dev/null 2>&1
  rm -rf "$work"
}
trap cleanup EXIT
run() { "$engine" run --rm --network=none "$@"; }

run "$image" >"$work/listed"
expect "the image alone lists the programs" \
  test "$(sed -n 's/^  //p' "$work/listed")" = "$(sed 's|.*/||' tools/programs.txt)"
idle=""
while read -r program; do
  run "$image" "$program" --version </dev/null >>"$work/versions" 2>&1 ||
    idle="$idle $program"
done < <(sed 's|.*/||' tools/programs.txt)
expect "every program starts${idle:+, but not$idle}" test -z "$idle"
[ -z "$idle" ] || cat "$work/versions" >&2
run "$image" no_such 2>/dev/null
expect "an unknown program ends with 64" test $? = 64
run "$image" records verify no_such 2>/dev/null
expect "exit codes are the programs' own" test $? = 66

stages='
set -e
ingest --layout=imagenet --source=/examples/photos --split=train --name=train \
  --pixels=preprocessed --image_size=64 --num_shards=2 --output=records
make_random_clip --image_size=64 --patch_size=16 --width=64 --layers=3 \
  --text_width=64 --text_layers=2 --embed_dim=32 --output=clip.safetensors
import_model --source=clip.safetensors --output=clip
build_zeroshot --checkpoint=clip --templates=/examples/templates.txt \
  --device=cpu --output=zeroshot
cam_tool --input=records --checkpoint=zeroshot --device=cpu --output=cams
mask_tool --input=records --cams=cams --output=counterfactuals
records verify counterfactuals
stat --format=%u counterfactuals/train.manifest.json >owner'
first_stages() { # options of run...
  run --read-only --volume "$PWD/examples:/examples:ro" --entrypoint sh "$@" \
    "$image" -c "$stages" >"$work/log" 2>&1
}
"$engine" volume create "$name" >/dev/null
first_stages --volume "$name:/data"
expect "the first stages run on a volume" test $? = 0
[ $failed = 0 ] || tail -n 20 "$work/log" >&2
expect "and are no root's" test \
  "$(run --volume "$name:/data" --entrypoint cat "$image" owner)" = 1000
first_stages --user 1234:1234 --tmpfs /data:mode=1777
expect "so they do for a user that the image does not know" test $? = 0

# The exit code of a stage that is sent SIGTERM at once, or when $1 is there.
stopped() {
  "$engine" run --detach --network=none --name "$name" "$image" \
    make_spurious_shapes --train_size=1000000 --output=images >/dev/null
  if [ -n "${1:-}" ]; then
    for _ in $(seq 300); do
      "$engine" exec "$name" test -e "$1" && break
      sleep 0.1
    done
  fi
  "$engine" kill --signal TERM "$name" >/dev/null
  timeout 60 "$engine" wait "$name" || echo "still running"
  "$engine" rm --force "$name" >/dev/null 2>&1
}
code=$(stopped)
expect "SIGTERM is heard from the start ($code)" grep -Eqx '143|75' <<<"$code"
expect "and ends a stage that works with 75" test "$(stopped images)" = 75

exit $failed
