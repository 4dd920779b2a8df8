// The head of the Mixture of Losses around its stream over the vocabulary (head_tile.cu, head_top.cu): what is taken of
// tokens before it and made of its sums after it. Tokens that predict something stand one after another; token i stands
// at tokens[i] in the batch. Scalars are float64, and no figure is a difference of nearly equal numbers. A token's
// result depends on nothing but itself, and sums have a fixed order: the same bits every time.
//
// head_gather_f32(const float* hidden, const i32* tokens, float* x, i32 width)
//   x[i] = hidden[tokens[i]], rows of `width`. Overwrites. A block of 256 threads a token; 16-byte aligned. Bytes that
//   must move: 8 an element.
//
// head_gather_bf16(const bf16* hidden, const i32* tokens, bf16* x, i32 width)
//   The same. Bytes that must move: 4 an element.
//
// head_sets(const i32* tokens, i32 count, const i32* targets, const i32* top_ids, i32 n, HeadSets sets)
//   S of each of `count` tokens: the n ids at top_ids[n tokens[i]], then targets[tokens[i]] where it is none of them.
//   top_ids is null where n is 0. Overwrites sets.ids and sets.of. A warp a token, 8 in a block. Bytes that must move:
//   8 an entry and 4 sectors a token.
//
// head_logits_f32(const float* x, const bf16* rounded, HeadWeight weight, HeadSets sets)
//   sets.logits = x[i] W[id] of every id of token i's set, float64 throughout. Overwrites. Lane l of a warp adds
//   elements 4 l to 4 l + 3 of every 128, in four sums; then a butterfly: base and student get the same bits of the
//   same rows. A block of 256 threads a token, its warps taking ids in turn. Rows are 16-byte (fp32) or 8-byte (bf16)
//   aligned where hidden is a multiple of 4. Bytes that must move: a row of W an entry, and one of x from the cache.
//   Where rounded is not null, the stream takes those rows instead of x; then so does a target that is none of the base's
//   top n: the base has it in its tail, and both sides must have the same there.
//
// head_logits_bf16(const bf16* x, HeadWeight weight, HeadSets sets)
//   As head_logits_f32 without rounded.
//
// head_base(const i32* tokens, i32 count, HeadSets list, HeadSets apart, const TailSum* tails, HeadBase base)
//   The base's distribution at tokens[i], of its list of n ids and exact logits: sorted by these, descending, ties to
//   the lower id; the log-sum-exp of the tail, and of everything. Where apart has a target, which is not in the sum of
//   the tail (head_top), base.tail_without_target is that sum's, and its logit joins the tail unless the list has it.
//   Overwrites. A warp a token, 8 in a block. Bytes that must move: 24 an entry and 4 sectors a token, and 4 more where
//   apart is not empty.
//
// head_terms(const i32* tokens, i32 count, HeadSets sets, const TailSum* tails, HeadBase base, HeadLosses losses)
//   The figures of HeadLosses at tokens[i]: cross-entropy, KL both ways over the base's top n and the residual class,
//   log-sum-exp, log of that class, and what is minimised by the token's form: the cross-entropy times its gate, and
//   the divergence that is held (without a base, what is of one is 0); sets.coefficients, dL/dz of S; and the tail's
//   factors, dL/dz_v = factor e^z / 2^exponent. Overwrites. A warp a token, 8 in a block. Bytes that must move: 20 an
//   entry and 16 sectors a token, and 3 more where there are forms.
//
// head_dx(const i32* tokens, const float* o, const float* factors, HeadSets sets, HeadWeight weight, float* dx)
//   dx[tokens[i]] = factors[i] o[i] + sum over S of c_v W[v], fp32, in the order of S, one rounding a term. Overwrites.
//   A block of 256 threads a token. Rows are aligned as for head_logits_f32. Bytes that must move: 8 an element, and a
//   row of W an entry.

#include "head_terms.cuh"

KERNEL(Threads)
head_gather_f32(const float* __restrict__ hidden, const i32* __restrict__ tokens, float* __restrict__ x, i32 width)
{
    gather(hidden, tokens, x, width);
}

KERNEL(Threads)
head_gather_bf16(const bf16* __restrict__ hidden, const i32* __restrict__ tokens, bf16* __restrict__ x, i32 width)
{
    gather(hidden, tokens, x, width);
}

KERNEL(Threads)
head_sets(const i32* __restrict__ tokens, i32 count, const i32* __restrict__ targets, const i32* __restrict__ top_ids,
          i32 n, HeadSets sets)
{
    i32 i = blockIdx.x * Warps + threadIdx.x / 32, lane = threadIdx.x % 32;
    if (i >= count)
        return;
    i64 token = tokens[i];
    i32 target = targets[token], found = 0;
    i32* ids = sets.ids + (i64)i * sets.capacity;
    for (i32 k = lane; k < n; k += 32) {
        i32 id = top_ids[token * n + k];
        ids[k] = id;
        found = id == target ? k + 1 : found;
    }
#pragma unroll
    for (i32 lanes = 16; lanes > 0; lanes /= 2) {
        i32 other = shuffle_xor(found, lanes);
        found = other > found ? other : found;
    }
    if (lane != 0)
        return;
    if (found == 0)
        ids[n] = target;
    sets.of[i] = found == 0 ? HeadSet{n + 1, n} : HeadSet{n, found - 1};
}

KERNEL(Threads)
head_logits_f32(const float* __restrict__ x, const bf16* __restrict__ rounded, HeadWeight weight, HeadSets sets)
{
    i32 count = entries_of(sets, blockIdx.x);
    bool is_apart = rounded != nullptr && sets.of != nullptr && sets.of[blockIdx.x].target == sets.capacity - 1;
    exact_logits<F32Rows>(x, weight, sets, 0, is_apart ? count - 1 : count);
    if (is_apart)
        exact_logits<Bf16Rows>(rounded, weight, sets, count - 1, count);
}

KERNEL(Threads) head_logits_bf16(const bf16* __restrict__ x, HeadWeight weight, HeadSets sets)
{
    exact_logits<Bf16Rows>(x, weight, sets, 0, entries_of(sets, blockIdx.x));
}

KERNEL(Threads)
head_base(const i32* __restrict__ tokens, i32 count, HeadSets list, HeadSets apart, const TailSum* __restrict__ tails,
          HeadBase base)
{
    __shared__ BaseList lists[Warps];
    i32 warp = threadIdx.x / 32, i = blockIdx.x * Warps + warp;
    if (i < count)
        write_base(i, tokens[i], list, apart, tails[i], base, lists[warp]);
}

KERNEL(Threads)
head_terms(const i32* __restrict__ tokens, i32 count, HeadSets sets, const TailSum* __restrict__ tails, HeadBase base,
           HeadLosses losses)
{
    __shared__ double logits[Warps][LargestSet], base_logits[Warps][LargestSet];
    i32 warp = threadIdx.x / 32, i = blockIdx.x * Warps + warp;
    if (i < count)
        terms(i, tokens[i], sets, tails[i], base, losses, logits[warp], base_logits[warp]);
}

KERNEL(Threads)
head_dx(const i32* __restrict__ tokens, const float* __restrict__ o, const float* __restrict__ factors, HeadSets sets,
        HeadWeight weight, float* __restrict__ dx)
{
    i64 i = blockIdx.x;
    o += i * weight.hidden;
    dx += (i64)tokens[i] * weight.hidden;
    if (weight.type == WeightBf16)
        dx_of<Bf16Rows>(o, factors[i], sets, weight, dx);
    else
        dx_of<F32Rows>(o, factors[i], sets, weight, dx);
}
