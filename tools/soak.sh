#!/usr/bin/env bash
# Keeps a program under load for long, and looks at whether its memory, its handles and its counters stay flat:
#   tools/soak.sh serve MODEL [MINUTES] [CLIENTS] [DIR]    (default: 30 minutes, 8 streaming clients, soak)
#   tools/soak.sh train CONFIG [MINUTES] [DIR]             (default: 120 minutes; the config's steps must last as long)
# A line every 10 seconds goes to DIR/samples.csv: seconds, resident MiB, open files, threads, and what is counted (answers or steps).
# The first sixth is warming up. After it the median memory of the last third may be no more than 3 % above that of the third before the last one,
# files and threads no more than 2 above; of `serve` also every answer must have ended whole, and nothing may run or wait at the end.
set -euo pipefail

cd "$(dirname "$0")/.."
kind="${1:?serve or train}" subject="${2:?a model, or a config}" pids=()
end() { for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done; }
trap end EXIT
fail() { echo "soak: $*" >&2; exit 1; }

program="${MOLENGINE:-}"
if [ -z "$program" ]; then
    dotnet build src/Trainer -c Release -v quiet
    program=src/Trainer/bin/Release/net10.0/molengine
fi

# One client: asks again and again, prompts of all lengths, and notes how each answer ended.
client() {
    local number=$1 count=0
    while [ "$(date +%s)" -lt "$until" ]; do
        count=$((count + 1))
        words=$(head -c $((1 + (number * 7919 + count * 104729) % 3000)) < <(yes "A long day at the sea, and then $count"))
        started=$(date +%s%N)
        body=$(jq -cn --arg text "$words" --arg model "$model" --argjson seed "$count" \
            '{model: $model, messages: [{role: "user", content: $text}], stream: true, max_tokens: (8 + $seed % 57), seed: $seed, ignore_eos: true}')
        if curl -sN --max-time 600 -H 'Content-Type: application/json' -d "$body" "$address/v1/chat/completions" \
            | grep -q '^data: \[DONE\]'; then ended=whole; else ended=cut; fi
        echo "$number,$count,$ended,$((($(date +%s%N) - started) / 1000000))" >> "$folder/answers.csv"
    done
}

sample() {
    awk -v s="$(($(date +%s) - begun))" -v files="$(find "/proc/$watched/fd" -mindepth 1 2>/dev/null | wc -l)" -v count="$(counted)" \
        '/^VmRSS/ { m = $2 / 1024 } /^Threads/ { t = $2 } END { printf "%d,%.1f,%d,%d,%s\n", s, m, files, t, count }' \
        "/proc/$watched/status" >> "$folder/samples.csv"
}

metric() { curl -s "$address/metrics" | awk -v n="$1" '$1 == n { print $2 }'; }

case "$kind" in
serve)
    minutes="${3:-30}" clients="${4:-8}" folder="${5:-soak}" port="${PORT:-8123}" address="http://127.0.0.1:${PORT:-8123}"
    mkdir -p "$folder"
    echo client,number,ended,ms > "$folder/answers.csv"
    "$program" serve "$subject" --port "$port" > "$folder/serve.log" 2>&1 &
    watched=$! pids+=($!)
    for _ in $(seq 120); do curl -sf "$address/health" > /dev/null && break; kill -0 $watched || fail "serve ended: $folder/serve.log"; sleep 0.5; done
    model=$(curl -sf "$address/v1/models" | jq -r ".data[0].id")
    counted() { metric molengine_generated_tokens_total; }
    ;;
train)
    minutes="${3:-120}" folder="${4:-soak}"
    mkdir -p "$folder"
    "$program" train "$subject" --output "$folder/run" > "$folder/train.log" 2>&1 &
    watched=$! pids+=($!)
    counted() { wc -l < "$folder/run/metrics.jsonl" 2>/dev/null || echo 0; }
    ;;
*) fail "serve or train, not '$kind'" ;;
esac

begun=$(date +%s) until=$((begun + minutes * 60))
echo seconds,mib,files,threads,count > "$folder/samples.csv"
waiting=()
if [ "$kind" = serve ]; then
    for c in $(seq "$clients"); do client "$c" & pids+=($!); waiting+=($!); done
fi
while [ "$(date +%s)" -lt "$until" ]; do
    sleep 10
    kill -0 $watched 2>/dev/null || fail "the program ended after $(($(date +%s) - begun)) s: see the log in $folder"
    sample
done

if [ "$kind" = serve ]; then
    wait "${waiting[@]}"
    [ "$(metric molengine_answers_running)" = 0 ] && [ "$(metric molengine_answers_waiting)" = 0 ] || fail "answers still run or wait that nobody asks for"
    awk -F, 'NR > 1 { n++; if ($3 != "whole") cut++; print $4 > "/dev/stderr" } END { printf "answers: %d, cut short: %d\n", n, cut; exit cut > 0 || n == 0 }' \
        "$folder/answers.csv" 2> "$folder/ms" || fail "answers were cut short: $folder/answers.csv"
    sort -n "$folder/ms" | awk '{ v[NR] = $1 } END { printf "milliseconds of an answer: p50 %d, p95 %d, p99 %d\n", v[int(NR / 2) + 1], v[int(NR * 0.95) + 1], v[int(NR * 0.99) + 1] }'
fi

median() { awk -F, -v from="$2" -v to="$3" -v column="$1" 'NR > 1 && $1 >= from && $1 < to { print $column }' "$folder/samples.csv" | sort -n | awk '{ v[NR] = $1 } END { if (NR == 0) exit 1; print v[int((NR + 1) / 2)] }'; }
span=$((minutes * 60)) warm=$((minutes * 10))
third=$(((span - warm) / 3))
for column in 2:MiB 3:files 4:threads; do
    early=$(median "${column%:*}" $((warm + third)) $((warm + 2 * third))) late=$(median "${column%:*}" $((warm + 2 * third)) $((span + 60)))
    echo "${column#*:}: $early, then $late"
    awk -v a="$early" -v b="$late" -v kind="${column#*:}" 'BEGIN { exit !(kind == "MiB" ? b <= a * 1.03 : b <= a + 2) }' || fail "${column#*:} grew"
done
awk -F, 'NR == 2 { first = $5 } { last = $5 } END { printf "counted: %s, then %s\n", first, last; exit last <= first }' "$folder/samples.csv" || fail "nothing was done any more"
echo "soak: flat over $minutes minutes"
