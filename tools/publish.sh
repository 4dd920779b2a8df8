#!/usr/bin/env bash
# Publishes the program as one file for each system, which needs no .NET where it runs, and packs it.
#
#     tools/publish.sh [SYSTEM ...]        linux-x64 linux-arm64 win-x64 without any
#
# dist/molengine-VERSION-SYSTEM.tar.gz (.zip for Windows) holds the program, the library that reads Parquet, licence and
# README. Fails where a build leaves other files, or where README tells another size than what came out.
set -euo pipefail
cd "$(dirname "$0")/.."

systems=("$@")
[[ $# -gt 0 ]] || systems=(linux-x64 linux-arm64 win-x64)
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
wrong=0

for system in "${systems[@]}"; do
    folder=dist/molengine-$version-$system
    rm -rf "$folder"
    dotnet publish src/Trainer -c Release -r "$system" --self-contained -p:PublishSingleFile=true -o "$folder" -v quiet

    # A module of Microsoft's web server for Windows, which nothing here loads.
    rm -f "$folder/aspnetcorev2_inprocess.dll"
    case $system in
        win-*) program=molengine.exe library=ParquetSharpNative.dll ;;
        osx-*) program=molengine library=ParquetSharpNative.dylib ;;
        *) program=molengine library=ParquetSharpNative.so ;;
    esac
    stray=$(find "$folder" -type f ! -name "$program" ! -name "$library")
    if [[ -n $stray ]]; then
        echo "publish: $system: expected $program and $library alone, got $stray" >&2
        wrong=1
    fi

    size="$(($(stat -c %s "$folder/$program") / 1000000)) MB and $(($(stat -c %s "$folder/$library") / 1000000)) MB"
    echo "$system: $size"
    if ! grep -qF "| \`$system\` | $size |" README.md; then
        echo "publish: README.md: expected the line | \`$system\` | $size |, got $(grep -F "| \`$system\` |" README.md || echo none)" >&2
        wrong=1
    fi

    cp LICENSE README.md "$folder"
    case $system in
        win-*) (cd dist && rm -f "$(basename "$folder").zip" && python3 -m zipfile -c "$(basename "$folder").zip" "$(basename "$folder")") ;;
        *) tar -C dist -czf "$folder.tar.gz" "$(basename "$folder")" ;;
    esac
done
exit $wrong
