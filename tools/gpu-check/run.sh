#!/usr/bin/env bash
# Checks this machine's GPU with MolEngine's kernels in under ten minutes; needs the NVIDIA driver and nothing else.
#   ./run.sh [--device cuda:N]
# Runs, each with a limit of time and whatever became of the one before: what the machine is; every kernel against the CPU;
# compute-sanitizer's four tools over a few cases of each kernel, where it is installed; training of a few steps on random weights
# of Qwen3-0.6B's shape and of Qwen3-8B's with 4 of its 36 layers; the times of all ops of a training step, with cuBLASLt's products
# and with the program's own. Leaves gpu-check-DATE.tar.gz beside it, with a log of each part, the tables of times and versions.
# Exit code: 0 all parts passed, 1 one failed or ran out of time, 3 no GPU that will do.
set -uo pipefail

folder=$(cd "$(dirname "$0")" && pwd)
molengine="$folder/molengine"
if (($# == 0)); then
  set -- --device cuda
fi
device=("$@")
virtual=0
[[ " $* " == *" virtual "* ]] && virtual=1

# Seconds of all parts together, and of the archive at the end.
total=570
name="gpu-check-$(date -u +%Y%m%dT%H%M%SZ)"
out="$folder/$name"
mkdir -p "$out"
summary=()
failed=0

# step NAME SECONDS COMMAND...: the part's exit code is $code; a part that there is no time for is one that failed.
step() {
  local part=$1 limit=$2 left=$((total - SECONDS)) began=$SECONDS
  shift 2
  if ((left < 5)); then
    code=124
    summary+=("$part: left out, the time is over")
    failed=1
    return
  fi
  ((limit = limit < left ? limit : left))
  echo "== $part: $*"
  timeout -k 5 "$limit" "$@" 2>&1 | tee "$out/$part.log"
  code=${PIPESTATUS[0]}
  local said="exit code $code"
  ((code == 0)) && said="passed"
  ((code == 124 || code == 137)) && said="ran out of its $limit s"
  summary+=("$part: $said, $((SECONDS - began)) s")
  ((code == 0)) || failed=1
}

versions() {
  date -u
  uname -srm
  "$molengine" --version
  if command -v nvidia-smi > /dev/null; then
    timeout 20 nvidia-smi
    timeout 20 nvidia-smi --query-gpu=name,driver_version,memory.total,compute_cap,pcie.link.gen.max,power.limit --format=csv
  else
    echo "nvidia-smi: not found"
  fi
  if command -v compute-sanitizer > /dev/null; then
    timeout 20 compute-sanitizer --version
  fi
}

# train SHAPE SECONDS: on a model folder of that config and the bundle's tokenizer.
train() {
  local place="$folder/work/$1"
  mkdir -p "$place/model"
  cp "$folder/data/tokenizer.json" "$folder/data/tokenizer_config.json" "$place/model/"
  cp "$folder/shapes/$1.json" "$place/model/config.json"
  cp "$folder/data/bells.jsonl" "$folder/data/general.jsonl" "$folder/train.yaml" "$place/"
  local settings=(--set "device=${device[1]}")
  ((virtual)) && settings+=(--set data.context=64 --set steps=1 --set global_batch=2 --set micro_batch=2 --set lora.rank=4)
  rm -rf "$place/out"
  step "train-$1" "$2" "$molengine" train "$place/train.yaml" "${settings[@]}"
  if [[ -f "$place/out/metrics.jsonl" ]]; then
    cp "$place/out/metrics.jsonl" "$out/train-$1.metrics.jsonl"
    cp "$place/out/run.json" "$out/train-$1.run.json"
  fi
}

# Ops that take longer with cuBLASLt's products than with this program's own: columns are found by their names, and cells may
# be quoted.
compare() {
  awk '
    function cells(line, to,   i, n, c, quoted) {
      n = 1; to[1] = ""
      for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        if (c == "\"") quoted = !quoted
        else if (c == "," && !quoted) to[++n] = ""
        else to[n] = to[n] c
      }
      return n
    }
    FNR == 1 { n = cells($0, row); for (i = 1; i <= n; i++) column[row[i]] = i; next }
    { cells($0, row); key = row[column["op"]] " " row[column["shape"]]; time = row[column["p50_seconds"]] + 0 }
    NR == FNR { library[key] = time; next }
    key in library { both++ }
    key in library && library[key] > 1.05 * time {
      printf "%s: %.1f us with cuBLASLt, %.1f us with own products\n", key, 1e6 * library[key], 1e6 * time; slow++
    }
    END {
      printf "%d of %d ops take over 5 %% longer with cuBLASLt\n", slow, both
      exit slow > 0 || both == 0
    }' "$1" "$2"
}

record() {
  summary+=("$1")
  echo "== $1"
}

versions > "$out/versions.txt" 2>&1
cat "$out/versions.txt"

# One kernel says whether there is a GPU that will do.
step one-kernel 60 "$molengine" selftest "${device[@]}" --kernel add_f32
if ((code == 3)); then
  rm -r "$out"
  echo "no GPU that will do: nothing else was tried"
  exit 3
fi

step doctor 30 "$molengine" doctor --verbose
kernels=()
((virtual)) && kernels=(--short --kernel add_f32 --kernel rmsnorm_f32 --kernel gemm_f32)
step selftest 150 "$molengine" selftest "${device[@]}" "${kernels[@]}"
train qwen3-0.6b 90
train qwen3-8b 120
if ((!virtual)); then
  step bench 100 "$molengine" bench kernels "${device[@]}" --csv "$out/bench.csv"
  step bench-builtin 100 "$molengine" bench kernels "${device[@]}" --gemm builtin --csv "$out/bench-builtin.csv"
fi
if [[ -f "$out/bench.csv" && -f "$out/bench-builtin.csv" ]]; then
  if compare "$out/bench.csv" "$out/bench-builtin.csv" > "$out/compare.log"; then
    record "cuBLASLt against own products: no op slower"
  else
    record "cuBLASLt against own products: $(tail -n 1 "$out/compare.log")"
    failed=1
  fi
  cat "$out/compare.log"
fi

# Slow, and last: what there is no time for is left out, and the summary says so.
if command -v compute-sanitizer > /dev/null; then
  for tool in memcheck racecheck initcheck synccheck; do
    step "sanitizer-$tool" 60 compute-sanitizer --tool "$tool" --error-exitcode 9 \
      "$molengine" selftest "${device[@]}" --short --code ptx
  done
else
  record "compute-sanitizer: not installed"
fi

printf '%s\n' "${summary[@]}" > "$out/summary.txt"
tar czf "$folder/$name.tar.gz.tmp" -C "$folder" "$name" && mv "$folder/$name.tar.gz.tmp" "$folder/$name.tar.gz"
echo "== summary"
cat "$out/summary.txt"
echo "archive: $folder/$name.tar.gz"
exit "$failed"
