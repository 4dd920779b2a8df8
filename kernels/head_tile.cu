// The stream of the head over tiles of the vocabulary: what is done with a tile's logits. A block of 256 threads has
// one token; the grid has a block for each. Logits are fp32 in a HeadTile, 16-byte aligned, and read once. A token's
// result depends on its own logits alone, in a fixed order: the same bits every time. tails, the sums over the tail, is
// all zeros before the first tile.
//
// head_tail_f32(HeadTile tile, float* p, HeadSets sets, TailSum* tails, float* o, i32 hidden)
//   Token i's tail is the vocabulary without its set. Adds e^z over the tile's part of the tail to tails[i], and writes
//   p[i, v] = e^z / 2^exponent, 0 for v in the set: the logits' own memory, or other memory of the same stride, or null
//   for sums alone. Where the exponent is raised, row i of o, fp32 [tokens, hidden], is scaled with the sum; o may be
//   null. Logits of the set become -infinity. What is not a sane logit (NaN, infinite, beyond 1e7) makes the sum NaN.
//   Bytes that must move: 8 an element, or 4 for sums alone.
//
// head_tail_bf16(HeadTile tile, bf16* p, HeadSets sets, TailSum* tails, float* o, i32 hidden)
//   The same with p rounded to bf16, in memory of its own; sums are over what is not rounded. Bytes that must move: 6
//   an element.
//
// head_gradient_f32(HeadTile tile, float* g, HeadSets sets, const TailSum* tails, const float* factors)
//   g[i, v] = factors[i] e^z / 2^exponent, and where v is of the set its coefficient: dL/dz. g may be the logits' own
//   memory. Bytes that must move: 8 an element.
//
// head_gradient_bf16(HeadTile tile, bf16* g, HeadSets sets, const TailSum* tails, const float* factors)
//   The same rounded to bf16, in memory of its own. Bytes that must move: 6 an element.

#include "head_row.cuh"

// Where the k-th id of a token's set lies in the tile, or -1.
__device__ __forceinline__ i32 place_in_tile(const HeadSets& sets, i64 token, i32 k, const HeadTile& tile)
{
    i32 at = sets.ids[token * sets.capacity + k] - tile.start;
    return at >= 0 && at < tile.width ? at : -1;
}

template <typename P>
__device__ __forceinline__ void absorb_tile(const HeadTile& tile, P* p, const HeadSets& sets, TailSum* tails, float* o,
                                            i32 hidden)
{
    __shared__ float scale;
    __shared__ i32 unit;
    i64 token = blockIdx.x;
    float* row = tile.logits + token * tile.stride;
    i32 count = sets.of[token].count;
    for (i32 k = threadIdx.x; k < count; k += Threads) {
        i32 at = place_in_tile(sets, token, k, tile);
        if (at >= 0)
            row[at] = minus_infinity();
    }
    __syncthreads();
    f32x4 z[Vectors];
    load_row(z, row, tile.width);
    float max = block_max(max_of_row(z));
    if (threadIdx.x == 0) {
        TailSum tail = tails[token];
        scale = raise(tail, max);
        unit = tail.exponent;
        tails[token] = tail;
    }
    __syncthreads();
    if (scale != 1.0f && o != nullptr) {
        for (i32 h = threadIdx.x; h < hidden; h += Threads)
            o[token * hidden + h] *= scale;
    }
    double sum = block_sum(exp_row(z, unit, tile.width));
    if (threadIdx.x == 0)
        tails[token].sum += sum;
    if (p != nullptr)
        store_row(p + token * tile.stride, z, tile.width);
}

KERNEL(Threads)
head_tail_f32(HeadTile tile, float* p, HeadSets sets, TailSum* tails, float* o, i32 hidden)
{
    absorb_tile(tile, p, sets, tails, o, hidden);
}

KERNEL(Threads)
head_tail_bf16(HeadTile tile, bf16* __restrict__ p, HeadSets sets, TailSum* tails, float* o, i32 hidden)
{
    absorb_tile(tile, p, sets, tails, o, hidden);
}

__device__ __forceinline__ void store_one(float* row, float x)
{
    *row = x;
}

__device__ __forceinline__ void store_one(bf16* row, float x)
{
    *row = bf16_rn(x);
}

template <typename G>
__device__ __forceinline__ void gradient_of_tile(const HeadTile& tile, G* g, const HeadSets& sets, const TailSum* tails,
                                                 const float* factors)
{
    i64 token = blockIdx.x;
    float factor = factors[token];
    f32x4 z[Vectors];
    load_row(z, tile.logits + token * tile.stride, tile.width);
    exp_row(z, tails[token].exponent, tile.width);
#pragma unroll
    for (i32 j = 0; j < Vectors; j++)
        z[j] = f32x4{factor * z[j].x, factor * z[j].y, factor * z[j].z, factor * z[j].w};
    g += token * tile.stride;
    store_row(g, z, tile.width);
    __syncthreads();
    i32 count = sets.of[token].count;
    for (i32 k = threadIdx.x; k < count; k += Threads) {
        i32 at = place_in_tile(sets, token, k, tile);
        if (at >= 0)
            store_one(g + at, sets.coefficients[token * sets.capacity + k]);
    }
}

KERNEL(Threads)
head_gradient_f32(HeadTile tile, float* g, HeadSets sets, const TailSum* tails, const float* factors)
{
    gradient_of_tile(tile, g, sets, tails, factors);
}

KERNEL(Threads)
head_gradient_bf16(HeadTile tile, bf16* __restrict__ g, HeadSets sets, const TailSum* tails, const float* factors)
{
    gradient_of_tile(tile, g, sets, tails, factors);
}
