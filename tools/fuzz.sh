#!/usr/bin/env bash
# Damages every kind of file that the program reads, and runs a command that reads it:
#   tools/fuzz.sh [CASES] [SEED] [DIR]
# CASES for each file (default 100000), the first of them with SEED (default 0). Files that were not read or refused in words, or took
# over 2 s, stay in DIR (default: fuzz-findings), named TARGET-SEED; after an abort or a hang the last file there is the one.
# The same cases, a few of each, are a test: tests/Trainer.Tests/Fuzzing.
set -euo pipefail

cd "$(dirname "$0")/.."
export MOLENGINE_FUZZ="${1:-100000}" MOLENGINE_FUZZ_SEED="${2:-0}"
MOLENGINE_FUZZ_FINDINGS="$(realpath -m "${3:-fuzz-findings}")"
export MOLENGINE_FUZZ_FINDINGS
dotnet build tests/Trainer.Tests -c Release -v quiet
exec tests/Trainer.Tests/bin/Release/net10.0/MolEngine.Trainer.Tests -class "*FuzzTests"
