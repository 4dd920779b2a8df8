#!/usr/bin/env bash
# Makes a bundle that checks a GPU machine which has neither .NET nor a CUDA toolkit:
#   tools/gpu-check.sh [DIR]          makes DIR/molengine-gpu-check.tar.gz (default: dist)
#   tools/gpu-check.sh --here [DIR]   makes it, unpacks it elsewhere and runs it right here on the virtual GPU, with no .NET in reach
# On the GPU machine:
#   tar xzf molengine-gpu-check.tar.gz && molengine-gpu-check/run.sh
# which runs every kernel against the CPU, training at published shapes, a first timing of all ops of a training step and, where it
# is installed, compute-sanitizer, in under ten minutes, and leaves one archive beside it.
set -euo pipefail

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# No build server outlives the run.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0

name=molengine-gpu-check
largest=$((50 * 1024 * 1024))
here=0
if [[ "${1:-}" == --here ]]; then
  here=1
  shift
fi
root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$root/dist}
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Not trimmed: the parsers of YAML and of the command line find types by reflection.
dotnet publish "$root/src/Trainer" -c Release -r linux-x64 --self-contained -o "$work/publish" -nologo -v quiet \
  -p:PublishSingleFile=true -p:EnableCompressionInSingleFile=true

bundle="$work/$name"
mkdir "$bundle"
cp "$work/publish/molengine" "$bundle/"
cp "$root/tools/gpu-check/run.sh" "$bundle/"
chmod +x "$bundle/run.sh" "$bundle/molengine"
cp -r "$root/tools/gpu-check/shapes" "$root/tools/gpu-check/train.yaml" "$bundle/"
mkdir "$bundle/data"
cp "$root"/examples/quickstart/{bells,general}.jsonl "$root"/examples/quickstart/model/tokenizer{,_config}.json "$bundle/data/"
# Kernels and cases are in the program: nothing else may be needed beside it but the library that reads Parquet, which
# the check does not.
others=$(find "$work/publish" -type f ! -name molengine ! -name ParquetSharpNative.so)
if [[ -n "$others" ]]; then
  echo "gpu-check: publish: expected one file, got also: $others" >&2
  exit 1
fi

archive="$out/$name.tar.gz"
tar czf "$archive.tmp" -C "$work" "$name"
bytes=$(stat -c %s "$archive.tmp")
if ((bytes > largest)); then
  rm "$archive.tmp"
  echo "gpu-check: $archive: expected at most $largest bytes, got $bytes" >&2
  exit 1
fi
mv "$archive.tmp" "$archive"
echo "$archive: $bytes bytes of at most $largest"

if ((here)); then
  mkdir "$work/elsewhere" "$work/home"
  tar xzf "$archive" -C "$work/elsewhere"
  # Neither the PATH nor the environment leads to an installed .NET: what runs is in the bundle.
  mkdir "$work/bin"
  for tool in awk bash cat cp date dirname gzip mkdir mv rm tail tar tee timeout uname; do
    ln -s "$(command -v "$tool")" "$work/bin/$tool"
  done
  env -i PATH="$work/bin" HOME="$work/home" DOTNET_ROOT="$work/none" \
    "$work/elsewhere/$name/run.sh" --device virtual
fi
