#!/usr/bin/env bash
# Installs what the build needs on Debian 12: packages from
# tools/debian_packages.txt, and .venv with the pinned Python packages of
# tools/requirements.txt (LibTorch comes with the torch wheel). About two
# minutes and 2.5 GB on a fresh machine; a quick no-op the second time.
#
#   tools/setup.sh         what building, testing and running need
#   tools/setup.sh --dev   also buildifier and clang, for tools/presubmit.sh
#   tools/setup.sh --fuzz  also clang, for tests/fuzz/run.sh
#   tools/setup.sh --libraries   also what tests compare with or read by:
#                                open_clip, transformers, webdataset, cwltool,
#                                Chromium, ... (about 0.8 GB)
#   tools/setup.sh --slurm   also Debian's Slurm and Snakemake's executor for it,
#                            which tests/slurm runs (30 s)
#   tools/setup.sh --mpi   also Open MPI's and MPICH's mpirun (70 MB), which start
#                          ranks in a test that is skipped without them
#
# LIBTORCH_HOME=DIR builds against another LibTorch >= 2.11 instead.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '[setup] %s\n' "$*" >&2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_debian_packages() {
  local missing=() package
  while read -r package; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null |
      grep -qx installed || missing+=("$package")
  done < <(grep -v '^#' "$1")
  [ ${#missing[@]} -eq 0 ] && return
  command -v apt-get >/dev/null || {
    say "error: no apt-get here; install these by hand: ${missing[*]}"
    exit 1
  }
  say "installing ${#missing[@]} Debian packages (about 20 s): ${missing[*]}"
  local log
  log=$(mktemp)
  {
    as_root apt-get update -qq &&
      as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}"
  } >"$log" 2>&1 || {
    tail -n 30 "$log" >&2
    say "error: apt-get could not install them; its last lines are above, all in $log"
    exit 1
  }
  rm "$log"
}

# The stamp holds the digest of what was installed; the modules are imported
# once.
install_python_packages() { # stamp, requirements, modules...
  local stamp=.venv/$1 requirements=$2 wanted
  shift 2
  wanted=$(cat "$requirements" tools/constraints.txt | sha256sum)
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && return
  say "installing $requirements into .venv (about 1 minute)"
  [ -x .venv/bin/python ] || /usr/bin/python3 -m venv .venv
  .venv/bin/python -m pip install --quiet --disable-pip-version-check \
    -r "$requirements" >&2 || {
    say "error: pip could not install $requirements; its message is above"
    return 1
  }
  .venv/bin/python - "$@" <<'PYTHON'
import importlib
import sys
for module in sys.argv[1:]:
    importlib.import_module(module)
PYTHON
  printf '%s\n' "$wanted" >"$stamp"
}

install_buildifier() {
  [ -x node_modules/.bin/buildifier ] && return
  if ! command -v npm >/dev/null; then
    say "installing npm"
    as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends npm >/dev/null
  fi
  say "installing buildifier 8.2.1 into node_modules"
  npm install --no-save --silent --no-audit --no-fund \
    @bazel/buildifier@8.2.1 >/dev/null
}

write_bazelrc() {
  local line=""
  if [ -n "${LIBTORCH_HOME:-}" ]; then
    line="build --repo_env=LIBTORCH_HOME=$LIBTORCH_HOME"
  fi
  [ -f user.bazelrc ] && [ "$(cat user.bazelrc)" = "$line" ] && return
  printf '%s\n' "$line" >user.bazelrc
}

started=$SECONDS
install_debian_packages tools/debian_packages.txt
install_python_packages maskfill-requirements.sha256 tools/requirements.txt \
  torch snakemake clang_format numpy PIL safetensors
case "${1:-}" in
  --dev)
    install_debian_packages tools/debian_packages_fuzz.txt
    install_buildifier
    ;;
  --fuzz)
    install_debian_packages tools/debian_packages_fuzz.txt
    ;;
  --libraries)
    install_python_packages maskfill-libraries.sha256 \
      tests/libraries/requirements.txt transformers ftfy google.protobuf \
      tfrecord webdataset mlcroissant tensorboard cwltool kubernetes_validate
    install_debian_packages tools/debian_packages_libraries.txt
    ;;
  --slurm)
    install_debian_packages tools/debian_packages_slurm.txt
    install_python_packages maskfill-slurm.sha256 tools/requirements_slurm.txt \
      snakemake_executor_plugin_slurm
    ;;
  --mpi)
    install_debian_packages tools/debian_packages_mpi.txt
    ;;
esac
write_bazelrc
elapsed=$((SECONDS - started))
if [ "$elapsed" -gt 2 ]; then say "done in ${elapsed} s"; fi
