#!/usr/bin/env bash
# Checks this machine's GPU with MolEngine's kernels; needs the NVIDIA driver and nothing else.
#   ./run.sh [--device cuda:N]
# Leaves gpu-check-DATE.log beside it, and the times of all ops of a training step in gpu-check-DATE.csv. Exit code: 0 all
# kernels pass and all ops were timed, 1 one fails, 3 no GPU that will do.
set -uo pipefail
folder=$(cd "$(dirname "$0")" && pwd)
log="$folder/gpu-check-$(date -u +%Y%m%dT%H%M%SZ).log"
if (($# == 0)); then
  set -- --device cuda
fi

check() {
  echo "== $(date -u) $(uname -srm)"
  if command -v nvidia-smi > /dev/null; then
    echo "== nvidia-smi"
    nvidia-smi
  fi
  echo "== molengine doctor"
  "$folder/molengine" doctor || return
  echo "== molengine selftest $*"
  "$folder/molengine" selftest "$@"
  local code=$?
  echo "== molengine bench kernels $*"
  "$folder/molengine" bench kernels "$@" --csv "${log%.log}.csv" || return
  return "$code"
}

check "$@" 2>&1 | tee "$log"
code=${PIPESTATUS[0]}
echo "exit code $code" | tee -a "$log"
echo "log: $log"
exit "$code"
