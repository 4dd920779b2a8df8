// Rows of a table [V, H] by the tokens' ids, and the table's gradient. An id outside 0 .. V - 1 is reported in fault.
// Elements are read 4 at a time where H is a multiple of 4 and pointers are aligned to 4 elements, else one by one.
//
// embed_f32(const i32* ids, const float* weight, i32 tokens, i32 vocabulary, i32 hidden, float* y, Fault* fault)
//   y[t] = weight[ids[t]]; 0 where there is no such id. Overwrites. A warp a token, 8 a block: ceil(tokens / 8) blocks
//   in x; any number of blocks in y shares the columns out. Bytes that must move: 8 an element.
//
// embed_bf16(const i32* ids, const bf16* weight, i32 tokens, i32 vocabulary, i32 hidden, float* y, Fault* fault)
//   As embed_f32, of a table in bf16. Bytes that must move: 6 an element.
//
// sort_ids(const i32* ids, i32 tokens, i32 vocabulary, i32 passes, i32* keys, i32* order, i32* other_keys, i32* other_order, Fault* fault)
//   keys = the ids, ascending; order = their tokens, those of one id ascending: a stable sort by digits of 9 bits, of
//   which passes reach vocabulary - 1. Each array [tokens]. One block of 1024 threads and 65,536 bytes of shared memory
//   that the launch asks for. Where an id is wrong it is reported, and sorted as 0.
//
// embed_backward_f32(const float* dy, const i32* keys, const i32* order, i32 tokens, i32 hidden, float* d_weight, const Fault* fault)
//   d_weight[id] += dy[t] for each token t of the id, in order: sums do not depend on a split of the tokens. Nothing
//   where fault holds a code. Accumulates. A block of 128 threads for each place in the order, which is done where its
//   id is not the first of its kind; ceil(hidden / 1024) blocks in y. Bytes that must move: 4 an element of dy, 8 an
//   element of each row of d_weight that has a token.

#include "fault.cuh"
#include "lanes.cuh"
#include "quads.cuh"

// A lane has so many loads under way at a time.
enum { EmbedThreads = 256, EmbedWarps = EmbedThreads / 32, Ahead = 4 };

template <typename W>
__device__ __forceinline__ void embed(
    const i32* ids, const W* weight, i32 tokens, i32 vocabulary, i32 hidden, float* y, Fault* fault)
{
    i32 token = blockIdx.x * EmbedWarps + threadIdx.x / 32, lane = threadIdx.x % 32;
    if (token >= tokens)
        return;
    bool whole = hidden % 4 == 0 && is_quad_aligned(weight) && is_quad_aligned(y);
    i32 id = ids[token];
    bool is_known = id >= 0 && id < vocabulary;
    if (!is_known && lane == 0)
        report(fault, FaultToken, token, id, vocabulary);
    const W* from = weight + (is_known ? (i64)id * hidden : 0);
    float* to = y + (i64)token * hidden;
    i32 step = 4 * 32 * gridDim.y;
    f32x4 row[Ahead];
#pragma unroll 1
    for (i32 first = 4 * (blockIdx.y * 32 + lane); first < hidden; first += Ahead * step) {
#pragma unroll
        for (i32 k = 0; k < Ahead; k++) {
            i32 column = first + k * step;
            if (is_known && column < hidden)
                row[k] = load_quad(from + column, hidden - column, whole);
            else
                row[k] = f32x4{0, 0, 0, 0};
        }
#pragma unroll
        for (i32 k = 0; k < Ahead; k++) {
            i32 column = first + k * step;
            if (column < hidden)
                store_quad(to + column, row[k], hidden - column, whole);
        }
    }
}

KERNEL(EmbedThreads)
embed_f32(const i32* __restrict__ ids, const float* __restrict__ weight, i32 tokens, i32 vocabulary, i32 hidden,
          float* __restrict__ y, Fault* fault)
{
    embed(ids, weight, tokens, vocabulary, hidden, y, fault);
}

KERNEL(EmbedThreads)
embed_bf16(const i32* __restrict__ ids, const bf16* __restrict__ weight, i32 tokens, i32 vocabulary, i32 hidden,
           float* __restrict__ y, Fault* fault)
{
    embed(ids, weight, tokens, vocabulary, hidden, y, fault);
}

enum { SortThreads = 1024, SortWarps = SortThreads / 32, DigitBits = 9, Digits = 1 << DigitBits };

// A warp's share of the tokens, in 32s: they go to the next free places of their digits. A first walk only counts.
template <bool Places>
__device__ __forceinline__ void walk(
    const i32* keys, const i32* order, i32 tokens, i32 shift, i32* counts, i32* to_keys, i32* to_order)
{
    i32 warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    i32 steps = (tokens + SortThreads - 1) / SortThreads, start = warp * steps * 32;
#pragma unroll 1
    for (i32 s = 0; s < steps; s++) {
        i32 i = start + 32 * s + lane;
        bool is_token = i < tokens;
        i32 key = is_token ? keys[i] : 0;
        i32 digit = is_token ? (key >> shift) & (Digits - 1) : -1;
        u32 alike = lanes_alike(digit);
        i32 rank = count_of(alike & lanes_below(lane)), before = is_token ? counts[digit] : 0;
        sync_warp();
        if (is_token && rank == 0)
            counts[digit] = before + count_of(alike);
        if (Places && is_token) {
            to_keys[before + rank] = key;
            to_order[before + rank] = order ? order[i] : i;
        }
        sync_warp();
    }
}

// From counts [warp][digit] to the place where each warp's first token of each digit goes. Thread t has 16 of them: a
// digit is shared by two threads, the lower warps and the upper.
__device__ __forceinline__ void counts_to_places(i32* counts, i32* sums)
{
    enum { PerThread = Digits * SortWarps / SortThreads };
    i32 digit = threadIdx.x / 2, warp = threadIdx.x % 2 * PerThread, total = 0;
    for (i32 w = warp; w < warp + PerThread; w++)
        total += counts[w * Digits + digit];
    sums[threadIdx.x] = total;
    __syncthreads();
    for (i32 reach = 1; reach < SortThreads; reach *= 2) {
        i32 before = threadIdx.x >= reach ? sums[threadIdx.x - reach] : 0;
        __syncthreads();
        sums[threadIdx.x] += before;
        __syncthreads();
    }
    i32 place = sums[threadIdx.x] - total;
    for (i32 w = warp; w < warp + PerThread; w++) {
        i32 count = counts[w * Digits + digit];
        counts[w * Digits + digit] = place;
        place += count;
    }
}

KERNEL(SortThreads)
sort_ids(const i32* ids, i32 tokens, i32 vocabulary, i32 passes, i32* keys, i32* order, i32* other_keys,
         i32* other_order, Fault* fault)
{
    extern __shared__ i32 all_counts[];
    __shared__ i32 sums[SortThreads];
    i32* counts = all_counts + threadIdx.x / 32 * Digits;

    // The ids themselves are left as they are; the last pass must end in keys.
    i32* to_keys = passes % 2 ? other_keys : keys;
    i32* to_order = passes % 2 ? other_order : order;
    for (i32 i = threadIdx.x; i < tokens; i += SortThreads) {
        i32 id = ids[i];
        bool is_known = id >= 0 && id < vocabulary;
        if (!is_known)
            report(fault, FaultToken, i, id, vocabulary);
        to_keys[i] = is_known ? id : 0;
    }
    const i32* from_order = nullptr;
#pragma unroll 1
    for (i32 pass = 0; pass < passes; pass++) {
        i32* from_keys = to_keys;
        to_keys = from_keys == keys ? other_keys : keys;
        to_order = to_order == order ? other_order : order;
        for (i32 i = threadIdx.x; i < Digits * SortWarps; i += SortThreads)
            all_counts[i] = 0;
        __syncthreads();
        walk<false>(from_keys, from_order, tokens, pass * DigitBits, counts, nullptr, nullptr);
        __syncthreads();
        counts_to_places(all_counts, sums);
        __syncthreads();
        walk<true>(from_keys, from_order, tokens, pass * DigitBits, counts, to_keys, to_order);
        __syncthreads();
        from_order = to_order;
    }
}

enum { AddThreads = 128, Held = 2, Together = 8 };

// Tokens of one id that are added in one go: so many loads are under way at a time.
struct Batch {
    i32 id;
    i32 count;
    i32 tokens[Together];
};

// The first warp's work: the next tokens of an id from a place in the order on. id -1 asks for the id that is there,
// and for nothing where it began before, or where something is at fault.
__device__ __forceinline__ void take(
    Batch& batch, const i32* keys, const i32* order, i32 tokens, i32 place, i32 id, const Fault* fault)
{
    i32 lane = threadIdx.x, at = place - 1 + lane;
    i32 key = lane <= Together && at >= 0 && at < tokens ? keys[at] : -1;
    bool is_new = id < 0;
    if (is_new)
        id = shuffle(key, 1);
    u32 others = ~(lanes_where(key == id) >> 1);
    i32 count = count_of((others & (0 - others)) - 1);
    if (is_new && (shuffle(key, 0) == id || fault->code != 0))
        count = 0;
    if (lane < count)
        batch.tokens[lane] = order[place + lane];
    if (lane == 0) {
        batch.id = id;
        batch.count = count;
    }
}

KERNEL(AddThreads)
embed_backward_f32(const float* __restrict__ dy, const i32* __restrict__ keys, const i32* __restrict__ order,
                   i32 tokens, i32 hidden, float* __restrict__ d_weight, const Fault* __restrict__ fault)
{
    __shared__ Batch batch;
    i32 place = blockIdx.x, id = -1;
    bool whole = hidden % 4 == 0 && is_quad_aligned(dy) && is_quad_aligned(d_weight);
    i32 first = 4 * (blockIdx.y * (AddThreads * Held) + threadIdx.x);
    f32x4 sum[Held];
#pragma unroll 1
    do {
        __syncthreads();
        if (threadIdx.x < 32)
            take(batch, keys, order, tokens, place, id, fault);
        __syncthreads();
        if (batch.count == 0)
            break;
        bool is_new = id < 0;
        id = batch.id;
#pragma unroll
        for (i32 q = 0; q < Held; q++) {
            i32 column = first + 4 * AddThreads * q;
            if (column >= hidden)
                break;
            f32x4 rows[Together];
#pragma unroll
            for (i32 k = 0; k < Together; k++) {
                if (k < batch.count)
                    rows[k] = load_quad(dy + (i64)batch.tokens[k] * hidden + column, hidden - column, whole);
            }
            if (is_new)
                sum[q] = load_quad(d_weight + (i64)id * hidden + column, hidden - column, whole);
#pragma unroll
            for (i32 k = 0; k < Together; k++) {
                if (k < batch.count)
                    sum[q] = sum[q] + rows[k];
            }
        }
        place += Together;
    } while (batch.count == Together);
    if (id < 0)
        return;
#pragma unroll
    for (i32 q = 0; q < Held; q++) {
        i32 column = first + 4 * AddThreads * q;
        if (column < hidden)
            store_quad(d_weight + (i64)id * hidden + column, sum[q], hidden - column, whole);
    }
}
