#!/bin/sh
# Lays out what medquad.yaml reads, beside it: links to the model and the data, and pieces of books and stories as the texts of the judge.
# Nothing of it is part of the repository.
set -eu
model=${1:?use: prepare.sh MODEL_FOLDER DATA_FOLDER}
data=${2:?use: prepare.sh MODEL_FOLDER DATA_FOLDER}
model=$(cd "$model" && pwd) data=$(cd "$data" && pwd)
cd "$(dirname "$0")"
ln -sfn "$model" model
ln -sfn "$data" data

# pieces NAME FILE: 30 pieces of whole lines, 1,000 characters or a little more, spread evenly over the file.
pieces() {
    mkdir -p "texts/$1"
    awk -v out="texts/$1/" '
        { piece = piece $0 "\n" }
        length(piece) >= 1000 { all[++n] = piece; piece = "" }
        END {
            if (n < 30) { print "too short: " n " pieces" > "/dev/stderr"; exit 1 }
            for (i = 0; i < 30; i++) printf "%s", all[int((i + 0.5) * n / 30) + 1] > sprintf("%s%02d.txt", out, i)
        }' "$2"
}

pieces novel data/books_en/herman-melville_moby-dick.txt
pieces treatise data/books_en/adam-smith_the-wealth-of-nations.txt
pieces stories data/tinystories/tinystories.txt
mkdir -p texts/sums
head -n 30 data/gsm8k/test.jsonl > texts/sums/sums.jsonl
