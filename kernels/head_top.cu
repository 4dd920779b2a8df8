// The base model's n largest logits and the sum of all others, in one stream over tiles of the vocabulary. A block of
// 256 threads has one token; the grid has a block for each. A token's result depends on its own logits alone: the same
// bits every time (shared-memory atomics on integers hand out places whose order does not matter).
//
// head_top(HeadTile tile, i32 n, HeadSets apart, i32* top_ids, float* top_logits, TailSum* tails)
//   Takes a tile of fp32 logits, 16-byte aligned. n is at most 127 and at most the width of the first tile, whose start
//   is 0. Updates the list top_ids, top_logits [tokens, n], descending, ties to the lower id (the first tile's is a new
//   one), and tails, all zeros before the first tile, by what is not on the list: logits of the tile, and entries that
//   it pushed out, without the target of a token that `apart` has (target_apart). NaN counts as the largest; what is
//   not a sane logit (infinite, beyond 1e7) makes the sum NaN once it is not on the list. Bytes that must move: 4 an
//   element.

#include "head_row.cuh"

enum { LargestTop = 127, MostCandidates = 256 };

// What is larger than value, and what equals it in a column up to `column`.
struct Bound {
    float value;
    i32 column;
};

__device__ __forceinline__ bool is_inside(float z, i32 column, const Bound& bound)
{
    return z > bound.value || (z == bound.value && column <= bound.column);
}

__device__ __forceinline__ i32 count_inside(const f32x4 (&z)[Vectors], const Bound& bound, i32 width)
{
    i32 count = 0;
#pragma unroll
    for (i32 j = 0; j < Vectors; j++) {
        if (j * Stride >= width)
            break;
        i32 c = column_of(j);
        count += is_inside(z[j].x, c, bound) + is_inside(z[j].y, c + 1, bound) + is_inside(z[j].z, c + 2, bound)
            + is_inside(z[j].w, c + 3, bound);
    }
    return count;
}

__device__ __forceinline__ i32 count_from(const f32x4 (&z)[Vectors], float value, i32 width)
{
    i32 count = 0;
#pragma unroll
    for (i32 j = 0; j < Vectors; j++) {
        if (j * Stride >= width)
            break;
        count += (z[j].x >= value) + (z[j].y >= value) + (z[j].z >= value) + (z[j].w >= value);
    }
    return count;
}

// The sum over the block's threads, in every thread; calls take turns with two places, so that one barrier is enough.
__device__ __forceinline__ i32 block_count(i32 count, i32& turn)
{
    __shared__ i32 counts[2][Warps];
    i32 sum;
    asm volatile("redux.sync.add.s32 %0, %1, -1;" : "=r"(sum) : "r"(count));
    if (threadIdx.x % 32 == 0)
        counts[turn][threadIdx.x / 32] = sum;
    __syncthreads();
    sum = 0;
#pragma unroll
    for (i32 w = 0; w < Warps; w++)
        sum += counts[turn][w];
    turn ^= 1;
    return sum;
}

// The fp32 at a place in the order of all fp32: larger keys, larger numbers.
__device__ __forceinline__ float f32_of_key(u32 key)
{
    if (key < 0x007FFFFFu)
        return minus_infinity();
    return f32_of_bits((key & 0x80000000u) != 0 ? key ^ 0x80000000u : ~key);
}

// A bound that at least n and at most MostCandidates of the row are inside of: the value bit by bit from above, until
// few enough are left; where too many are equal, the columns too.
__device__ __forceinline__ Bound bound_of_top(const f32x4 (&z)[Vectors], i32 n, i32 width, i32& turn)
{
    u32 key = 0;
#pragma unroll 1
    for (u32 bit = 0x80000000u; bit != 0; bit >>= 1) {
        float value = f32_of_key(key | bit);
        i32 count = block_count(count_from(z, value, width), turn);
        if (count < n)
            continue;
        key |= bit;
        if (count <= MostCandidates)
            return Bound{value, Columns};
    }
    Bound bound = {f32_of_key(key), 0};
#pragma unroll 1
    for (i32 bit = Columns / 2; bit != 0; bit /= 2) {
        Bound trial = {bound.value, (bound.column | bit) - 1};
        if (block_count(count_inside(z, trial, width), turn) < n)
            bound.column |= bit;
    }
    return bound;
}

// The list while it takes candidates from a tile: first the entries held, then the candidates.
struct Merge {
    float logits[LargestTop + MostCandidates];
    i32 ids[LargestTop + MostCandidates];
    float new_logits[LargestTop];
    i32 new_ids[LargestTop];
    i32 entries;
};

__device__ __forceinline__ void offer(Merge& merge, float z, i32 column, i32 start, const Bound& bound)
{
    if (!is_inside(z, column, bound))
        return;
    i32 at;
    asm volatile("{ .reg .u64 a; cvta.to.shared.u64 a, %1; atom.shared.add.u32 %0, [a], 1; }"
                 : "=r"(at)
                 : "l"(&merge.entries)
                 : "memory");
    merge.logits[at] = z;
    merge.ids[at] = start + column;
}

// Merges the list of `held` entries with what is inside the bound. Returns what was pushed off the list of this
// thread's entry, else -infinity.
__device__ __forceinline__ float merge_tile(Merge& merge, const f32x4 (&z)[Vectors], i32 start, i32 width,
                                            const Bound& bound, i32 held, i32 n, i32 apart, i32* top_ids,
                                            float* top_logits)
{
    i32 thread = threadIdx.x;
    if (thread == 0)
        merge.entries = held;
    if (thread < held) {
        merge.logits[thread] = top_logits[thread];
        merge.ids[thread] = top_ids[thread];
    }
    __syncthreads();
#pragma unroll
    for (i32 j = 0; j < Vectors; j++) {
        if (j * Stride >= width)
            break;
        i32 c = column_of(j);
        offer(merge, z[j].x, c, start, bound);
        offer(merge, z[j].y, c + 1, start, bound);
        offer(merge, z[j].z, c + 2, start, bound);
        offer(merge, z[j].w, c + 3, start, bound);
    }
    __syncthreads();
    float pushed_off = minus_infinity();
    i32 entries = merge.entries;
    for (i32 e = thread; e < entries; e += Threads) {
        float logit = merge.logits[e];
        i32 id = merge.ids[e], rank = 0;
        for (i32 f = 0; f < entries; f++)
            rank += merge.logits[f] > logit || (merge.logits[f] == logit && merge.ids[f] < id);
        if (rank < n) {
            merge.new_logits[rank] = top_logits[rank] = logit;
            merge.new_ids[rank] = top_ids[rank] = id;
        } else if (e < held && id != apart)
            pushed_off = logit;
    }
    __syncthreads();
    return pushed_off;
}

__device__ __forceinline__ void hide(float& z, i32 column, const Bound& bound)
{
    z = is_inside(z, column, bound) ? minus_infinity() : z;
}

__device__ __forceinline__ void hide_column(f32x4 (&z)[Vectors], i32 column)
{
#pragma unroll
    for (i32 j = 0; j < Vectors; j++) {
        i32 at = column - column_of(j);
        float nothing = minus_infinity();
        z[j] = f32x4{at == 0 ? nothing : z[j].x, at == 1 ? nothing : z[j].y, at == 2 ? nothing : z[j].z,
                     at == 3 ? nothing : z[j].w};
    }
}

__device__ __forceinline__ float nan_to_infinity(float z)
{
    return z == z ? z : f32_of_bits(0x7F800000u);
}

KERNEL(Threads)
head_top(HeadTile tile, i32 n, HeadSets apart, i32* __restrict__ top_ids, float* __restrict__ top_logits,
         TailSum* __restrict__ tails)
{
    __shared__ Merge merge;
    __shared__ i32 unit;
    i64 token = blockIdx.x;
    i32 start = tile.start, width = tile.width, target = target_apart(apart, token);
    top_ids += token * n;
    top_logits += token * n;
    f32x4 z[Vectors];
    load_row(z, tile.logits + token * tile.stride, width);
#pragma unroll
    for (i32 j = 0; j < Vectors; j++) {
        z[j] = f32x4{nan_to_infinity(z[j].x), nan_to_infinity(z[j].y), nan_to_infinity(z[j].z),
                     nan_to_infinity(z[j].w)};
    }

    // Later tiles have higher ids: of equal logits only those on the list already stay.
    i32 held = start == 0 ? 0 : n, turn = 0;
    Bound bound = {minus_infinity(), width - 1};
    if (held > 0)
        bound = Bound{top_logits[n - 1], -1};
    i32 candidates = block_count(count_inside(z, bound, width), turn);
    if (candidates > MostCandidates)
        bound = bound_of_top(z, n, width, turn);
    float pushed_off = minus_infinity();
    if (candidates > 0) {
        pushed_off = merge_tile(merge, z, start, width, bound, held, n, target, top_ids, top_logits);
        bound = Bound{merge.new_logits[n - 1], merge.new_ids[n - 1] - start};
#pragma unroll
        for (i32 j = 0; j < Vectors; j++) {
            i32 c = column_of(j);
            hide(z[j].x, c, bound);
            hide(z[j].y, c + 1, bound);
            hide(z[j].z, c + 2, bound);
            hide(z[j].w, c + 3, bound);
        }
    }
    if (target >= start && target < start + width)
        hide_column(z, target - start);
    float max = block_max(max_or_nan(max_of_row(z), pushed_off));
    if (threadIdx.x == 0) {
        TailSum tail = tails[token];
        raise(tail, max);
        unit = tail.exponent;
        tails[token] = tail;
    }
    __syncthreads();
    float sum = exp_row(z, unit, width) + exp_in_units(pushed_off, unit, lowest_of_unit(unit));
    double all = block_sum(sum);
    if (threadIdx.x == 0)
        tails[token].sum += all;
}
