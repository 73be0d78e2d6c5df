#!/usr/bin/env bash
# tools/package.sh makes a tarball that runs where it is unpacked and a wheel that
# one pip command installs: both run the first stages of the quickstart, on
# libraries of their own and on the LibTorch that they are given.
set -uo pipefail
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/e2e/expectations.sh
source tests/e2e/expectations.sh
python=${MASKFILL_PYTHON:-$PWD/.venv/bin/python}
photos=$PWD/examples/photos
templates=$PWD/examples/templates.txt

tools/package.sh "$work/dist" 2>"$work/package.log"
expect "the packages are made" test $? = 0
if [ $failed != 0 ]; then
  tail -n 40 "$work/package.log" >&2
  exit 1
fi
tail -n 1 "$work/package.log" >&2

# Programs as a user has them: nothing of this shell's environment.
alone() { env -i PATH="$path" HOME="$work" ${home:+LIBTORCH_HOME="$home"} "$@"; }

first_stages() { # directory for the results
  mkdir -p "$1" && (
    set -e
    cd "$1"
    alone ingest --layout=imagenet --source="$photos" --split=train --name=train \
      --pixels=preprocessed --image_size=64 --num_shards=2 --output=records
    alone make_random_clip --image_size=64 --patch_size=16 --width=64 --layers=3 \
      --text_width=64 --text_layers=2 --embed_dim=32 --output=clip.safetensors
    alone import_model --source=clip.safetensors --output=clip
    alone build_zeroshot --checkpoint=clip --templates="$templates" \
      --device=cpu --output=zeroshot
    alone cam_tool --input=records --checkpoint=zeroshot --device=cpu \
      --num_threads=1 --output=cams
    alone mask_tool --input=records --cams=cams --output=counterfactuals
    alone maskfill train --input=records --checkpoint=zeroshot --epochs=1 \
      --global_batch_size=8 --device=cpu --num_threads=1 --output=ft
    alone records verify cams
  ) >"$1.log" 2>&1
}

# The tarball, in a place with a space in its name.
mkdir "$work/some where"
tar -xzf "$work"/dist/maskfill-*.tar.gz -C "$work/some where"
bin=$(echo "$work/some where"/maskfill-*/bin)
torch=$("$python" -c 'import importlib.util as u
print(list(u.find_spec("torch").submodule_search_locations)[0])')
path=$bin:/usr/bin:/bin
home=$torch
commit=$(git rev-parse --short=12 HEAD)
for program in train records; do
  alone "$program" --version >"$work/version" 2>&1
  expect "$program --version says the commit" \
    grep -q ", commit $commit" "$work/version"
done
alone train --version >"$work/version" 2>&1
expect "and the compiler and LibTorch" \
  grep -Eq "(GCC|Clang) [0-9.]+.*, LibTorch [0-9.]+" "$work/version"
# Also the one whose need of LibTorch was overlooked.
idle=""
while read -r program; do
  alone maskfill "$(basename "$program")" --version >"$work/version" 2>&1 ||
    idle="$idle $program"
done <tools/programs.txt
expect "every program starts${idle:+, but not$idle}" test -z "$idle"
first_stages "$work/tarball"
expect "the tarball's programs run the first stages" test $? = 0
[ $failed = 0 ] || tail -n 20 "$work/tarball.log" >&2

# Which libraries the dynamic linker took.
foreign() { # program
  rm -f "$work"/ld.*
  alone env LD_DEBUG=files LD_DEBUG_OUTPUT="$work/ld" "$1" --version >/dev/null
  cat "$work"/ld.* | sed -n 's/.*calling init: //p' |
    grep -vF -e "$(dirname "$bin")/" -e "$torch/" |
    grep -Ev '/(ld-linux.*|lib(c|m|dl|rt|pthread|gcc_s|stdc\+\+|gomp|acl|selinux|pcre2-8))\.so'
}
for program in train mask_tool records; do
  expect "$program takes Debian's libraries from the package" \
    test -z "$(foreign "$program")"
done

home=$work/nowhere
alone records --version >"$work/version" 2>&1
expect "programs without models need no LibTorch" test $? = 0
alone train --version 2>"$work/err"
expect "the others end with 66 without one" test $? = 66
expect "and say where they looked and what to do" \
  grep -q "$home.*expected LibTorch.*pip install torch==" "$work/err"
mkdir -p "$home/lib" && touch "$home/lib/libtorch_cpu.so"
echo 1.13.1 >"$home/build-version"
alone train --version 2>"$work/err"
expect "another version is refused" test $? = 66
expect "by number" grep -q "found LibTorch 1.13 .*expected 2" "$work/err"
alone maskfill no_such 2>"$work/err"
expect "an unknown program ends with 64" test $? = 64
alone maskfill ingest --no_such_flag 2>"$work/err"
expect "exit codes are the programs' own" test $? = 64

# The wheel.
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  "$work"/dist/maskfill-*.whl >"$work/pip.log" 2>&1
expect "one pip command installs the wheel" test $? = 0
[ $failed = 0 ] || tail -n 20 "$work/pip.log" >&2
path=$work/venv/bin:/usr/bin:/bin home=""
first_stages "$work/wheel"
expect "its commands run the first stages" test $? = 0
[ $failed = 0 ] || tail -n 20 "$work/wheel.log" >&2
bytes_of() {
  (cd "$1" && find . -name '*.tfrecord' -o -name '*.safetensors' |
    LC_ALL=C sort | xargs sha256sum)
}
bytes_of "$work/tarball" >"$work/expected"
bytes_of "$work/wheel" >"$work/found"
expect "with the same bytes" cmp -s "$work/expected" "$work/found"
expect "of some files" test "$(wc -l <"$work/found")" -gt 8
expect "Python reads the records" alone python - "$work/wheel/cams" <<'PYTHON'
import sys
from maskfill import eval_report_pb2, records_pb2
from maskfill.shards import records

cams = list(records(sys.argv[1] + "/*.tfrecord", records_pb2.CamRecord))
assert len(cams) == 25, len(cams)
assert all(c.grid_height == 4 and len(c.relevance) == 4 * 16 for c in cams)
assert eval_report_pb2.DESCRIPTOR.name == "maskfill/eval_report.proto"
PYTHON

# The recipe of an image, which no test builds (docs/packaging.md).
hadolint=$(dirname "$python")/hadolint
if [ -x "$hadolint" ]; then
  # DL3008: the versions of Debian's packages are Debian 12's.
  expect "hadolint takes the Containerfile" \
    "$hadolint" --ignore=DL3008 tools/package/Containerfile
else
  say "SKIPPED: there is no hadolint; tools/setup.sh --libraries installs it"
fi

exit $failed
