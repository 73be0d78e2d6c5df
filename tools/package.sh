#!/usr/bin/env bash
# Builds the programs and packs them, with what they were built from in
# --version, into
#
#   DIRECTORY/maskfill-VERSION-linux-x86_64.tar.gz   to unpack anywhere
#   DIRECTORY/maskfill-VERSION-py3-none-*.whl        for pip
#
# Both hold the programs and the Debian libraries that they need, and find
# LibTorch where it is (docs/packaging.md). About 2 minutes once all is built.
#
#   tools/package.sh [DIRECTORY]     default: dist
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '[package] %s\n' "$*" >&2; }
python=$(pwd)/.venv/bin/python
[ -x "$python" ] || { say "error: there is no .venv; run tools/setup.sh"; exit 66; }
mkdir -p "${1:-dist}"
output=$(cd "${1:-dist}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The label is read only when a program is linked: no object file depends on it.
commit=$(git describe --always --exclude='*' --abbrev=12 --dirty=-modified)
say "building commit $commit"
sed 's|^|//|; s|/\([^/]*\)$|:\1|' tools/programs.txt |
  xargs bazel build --color=no --curses=no --noshow_progress --show_result=0 \
    --stamp --embed_label="$commit"
version=$(bazel-bin/record_tool/records --help=json |
  "$python" -c 'import json, sys; print(json.load(sys.stdin)["version"])')

# The programs, as they lie in both.
name=maskfill-$version-linux-$(uname -m)
package=$work/$name
mkdir -p "$package/bin" "$package/libexec" "$package/licenses"
tools/package/collect.sh "$package/libexec" <tools/programs.txt
cp tools/programs.txt "$package/libexec/programs.txt"
while read -r program; do
  # Not through `grep -q`: an ldd that is left early fails, and so the pipe does.
  linked=$(ldd "bazel-bin/$program")
  case $linked in *libtorch*) echo "$program" ;; esac
done <tools/programs.txt >"$package/libexec/with_libtorch.txt"
bazel-bin/train/train --version |
  sed -n 's/.*LibTorch \([0-9]*\.[0-9]*\).*/\1/p' \
    >"$package/libexec/libtorch_version.txt"
[ -s "$package/libexec/libtorch_version.txt" ] || {
  say "error: train --version names no LibTorch"
  exit 70
}
cp tools/package/maskfill "$package/bin/"
cp LICENSE NOTICE "$package/licenses/"
for library in "$package"/libexec/lib/*; do
  owner=$(dpkg-query -S "*/$(basename "$library")" | sed -n '1s/:.*//p')
  cp "/usr/share/doc/$owner/copyright" "$package/licenses/$owner"
done

# The wheel: the package inside a Python package, with the records' classes.
wheel=$work/wheel
cp -r tools/package/wheel "$wheel"
cp -r "$package" "$wheel/maskfill/programs"
cp tools/programs.txt LICENSE "$wheel/"
printf '%s\n' "$version" >"$wheel/VERSION"
{
  grep '^torch==' tools/requirements.txt
  echo 'protobuf>=4.21'
} >"$wheel/requirements.txt"
"$python" tests/libraries/page_script.py docs/python.md shards.py \
  >"$wheel/maskfill/shards.py"
mkdir -p "$work/proto/maskfill"
for proto in records manifest checkpoint eval_report; do
  sed 's|import "proto/|import "maskfill/|' "proto/$proto.proto" \
    >"$work/proto/maskfill/$proto.proto"
  protoc --proto_path="$work/proto" --python_out="$wheel" "maskfill/$proto.proto"
done
"$python" -m pip wheel --quiet --disable-pip-version-check --no-deps \
  --wheel-dir="$output" "$wheel" >&2

while read -r program; do
  ln -s maskfill "$package/bin/$(basename "$program")"
done <tools/programs.txt
tar --create --gzip --file="$output/$name.tar.gz" --directory="$work" \
  --sort=name --owner=0 --group=0 --numeric-owner \
  --mtime="@$(git log -1 --format=%ct)" "$name"
say "made $(cd "$output" && du -h "$name.tar.gz" "maskfill-$version"-py3-*.whl |
  tr '\n' ' ')in $output"
