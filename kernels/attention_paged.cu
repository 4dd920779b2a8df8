// Attention of new tokens over key/value caches in pages of 64 tokens, which already hold them (flash decoding). A page
// is taken by itself, with its maximum, sum and unnormalised result for the query heads that share it; a second kernel
// joins pages in order. fp32 inside. A token's result depends on what it sees alone, to the bit.
//
// q, y [.., query_heads head_dim], keys, values [pages, 64, query_heads / group head_dim]: bf16 or fp32, pointers
// 16-byte aligned; head_dim 1 to 128. Rows of q are q_stride elements apart, y is dense. Where a row of a head is a
// multiple of 16 bytes whole sectors move, else it comes element by element. tokens has a row for each of n tokens;
// pages lists page after page of each sequence. P, the second dimension of the grid or an argument, is the most pages
// that a token sees. results fp32 [n, query_heads, P, R], R = head_dim rounded up to a multiple of 8; extremes [n,
// query_heads, P] pairs (maximum, sum). 128 threads.
//
// attention_paged_bf16(const bf16* q, const bf16* keys, const bf16* values, float* results, float* extremes, const PagedToken* tokens, const i32* pages, AttentionShape shape)
//   Grid: P, query_heads / group, n. Overwrites; of pages that a token does not see nothing is read or written. Keys and
//   values are read once for each token, whole and at once. Dynamic shared memory: max(64 P, 8192) + 128 R + 4 group (R
//   + 128) bytes, P = 2 R + 16 where R / 8 is even, else 2 R. Bytes that must move: keys and values that a token sees.
//
// attention_paged_f32(const float* q, const float* keys, const float* values, float* results, float* extremes, const PagedToken* tokens, const i32* pages, AttentionShape shape)
//   The same in fp32: shared memory max(64 P, 8192) + 256 R + 4 group (R + 128) bytes, P = 4 R + 16.
//
// attention_join_bf16(const float* results, const float* extremes, bf16* y, const PagedToken* tokens, i32 pieces, AttentionShape shape)
//   y = sum over the pages that a token sees of exp(maximum - largest) result, over the same of the sums; pieces is P.
//   Overwrites. Grid: query_heads, n.
//
// attention_join_f32(const float* results, const float* extremes, float* y, const PagedToken* tokens, i32 pieces, AttentionShape shape)
//   The same in fp32.

#include "attention.cuh"
#include "quads.cuh"

// Threads take a key each in the scores, two of them half a row each; heads of a group are taken by four.
enum { Threads = 128, Keys = 64, Heads = 4, SumBytes = 8192, Wide = 8 };

extern __shared__ f32x4 shared[];

struct alignas(16) PagedToken {
    i32 row;      // in q and y
    i32 entries;  // of its sequence that it sees: at least 1
    i32 page;     // where its sequence's pages begin in the list
    i32 unused;
};

struct f32x8 {
    float x[Wide];
};

// Eight columns, the second four first where `turned`: lanes whose parts lie 128 bytes apart then meet in no bank.
__device__ __forceinline__ f32x8 eight(const float* x, bool turned = false)
{
    f32x4 a = *(const f32x4*)(x + (turned ? 4 : 0)), b = *(const f32x4*)(x + (turned ? 0 : 4));
    return f32x8{a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w};
}

__device__ __forceinline__ f32x8 eight(const bf16* x, bool turned = false)
{
    u32x4 p = *(const u32x4*)x;
    p = turned ? u32x4{p.z, p.w, p.x, p.y} : p;
    return f32x8{f32_lower(p.x), f32_upper(p.x), f32_lower(p.y), f32_upper(p.y),
                 f32_lower(p.z), f32_upper(p.z), f32_lower(p.w), f32_upper(p.w)};
}

// Queues the copy of `count` rows into Keys rows, `pitch` elements apart, of `width` columns; what does not exist
// becomes zero.
template <typename T>
__device__ __forceinline__ void load_rows(T* tile, i32 pitch, i32 width, const T* from, i32 stride, i32 count,
                                          i32 head_dim)
{
    enum { Elements = 16 / sizeof(T) };
    if (head_dim % Elements == 0) {
        // A thread keeps to its part of rows that are some apart; a few threads may have none.
        i32 parts = width / Elements, step = least(Threads / parts, Keys);
        i32 first = threadIdx.x / parts, column = threadIdx.x % parts * Elements;
        bool inside = column < head_dim;
        const T* x = from + (inside ? column : 0);
        u32 to = shared_address(tile + first * pitch + column);
        if (first >= step)
            return;
#pragma unroll 4
        for (i32 row = first; row < Keys; row += step) {
            cp_async_16(to, x + (row < count ? (i64)row * stride : 0), inside && row < count ? 16 : 0);
            to += step * pitch * sizeof(T);
        }
        return;
    }
#pragma unroll 1
    for (i32 at = threadIdx.x; at < Keys * width; at += Threads) {
        i32 row = at / width, column = at % width;
        tile[row * pitch + column] = row < count && column < head_dim ? from[(i64)row * stride + column] : (T)0;
    }
}

// scores[part, head, key] = a part of the products of the piece's keys with the group's queries: even or odd eights of
// columns.
template <typename T>
__device__ __forceinline__ void score(float* scores, const T* keys, i32 pitch, const float* q, i32 width, i32 group)
{
    i32 key = threadIdx.x % Keys, part = threadIdx.x / Keys;
    const T* k = keys + key * pitch;
#pragma unroll 1
    for (i32 head = 0; head < group; head += Heads) {
        float sums[Heads] = {};
#pragma unroll 1
        for (i32 column = Wide * part; column < width; column += 2 * Wide) {
            f32x8 a = eight(k + column);
#pragma unroll
            for (i32 h = 0; h < Heads; h++) {
                if (head + h >= group)
                    break;
                f32x8 b = eight(q + (head + h) * width + column);
#pragma unroll
                for (i32 i = 0; i < Wide; i++)
                    sums[h] = fma_rn(a.x[i], b.x[i], sums[h]);
            }
        }
#pragma unroll
        for (i32 h = 0; h < Heads; h++) {
            if (head + h < group)
                scores[(part * group + head + h) * Keys + key] = sums[h];
        }
    }
}

// Turns a head's scores into exponentials relative to their maximum; a warp a head.
__device__ __forceinline__ void soften(float* scores, float* extremes, i64 stride, i32 count, i32 group, float scale)
{
    i32 lane = threadIdx.x % 32;
#pragma unroll 1
    for (i32 head = threadIdx.x / 32; head < group; head += Threads / 32) {
        float *even = scores + head * Keys, *odd = even + group * Keys;
        float a = lane < count ? (even[lane] + odd[lane]) * scale : unseen();
        float b = lane + 32 < count ? (even[lane + 32] + odd[lane + 32]) * scale : unseen();
        float top = warp_max(max_of(a, b)), base = count > 0 ? top : 0.0f;
        a = exp_f32(a - base);
        b = exp_f32(b - base);
        even[lane] = a;
        even[lane + 32] = b;
        float sum = warp_sum(a + b);
        if (lane == 0) {
            extremes[head * stride] = top;
            extremes[head * stride + 1] = sum;
        }
    }
}

// results = sum over keys of p v: threads take eight columns of every slices-th key, then slices are added.
template <typename T>
__device__ __forceinline__ void add_values(float* results, i64 stride, const float* p, const T* values, float* sums,
                                           i32 width, i32 group)
{
    i32 parts = width / Wide, slices = least(Threads / parts, Keys);
    i32 part = threadIdx.x % parts, slice = threadIdx.x / parts;
    bool turned = (part & 4) != 0;
#pragma unroll 1
    for (i32 head = 0; head < group; head += Heads) {
        f32x8 sum[Heads] = {};
        for (i32 key = slice; slice < slices && key < Keys; key += slices) {
            f32x8 v = eight(values + key * width + Wide * part, turned);
#pragma unroll
            for (i32 h = 0; h < Heads; h++) {
                if (head + h >= group)
                    break;
                float weight = p[(head + h) * Keys + key];
#pragma unroll
                for (i32 i = 0; i < Wide; i++)
                    sum[h].x[i] = fma_rn(weight, v.x[i], sum[h].x[i]);
            }
        }
        // Two of the four heads at a time: [slices, 2, width], at most 8 KiB.
#pragma unroll
        for (i32 h = 0; h < Heads; h += 2) {
            if (head + h >= group)
                break;
            __syncthreads();
            if (slice < slices) {
#pragma unroll
                for (i32 i = 0; i < 2 * Wide; i += 4) {
                    const float* x = sum[h + i / Wide].x + i % Wide;
                    *(f32x4*)(sums + (slice * 2 + i / Wide) * width + Wide * part + (i % Wide ^ (turned ? 4 : 0))) =
                        f32x4{x[0], x[1], x[2], x[3]};
                }
            }
            __syncthreads();
            for (i32 at = threadIdx.x; at < 2 * width; at += Threads) {
                float total = 0;
                for (i32 s = 0; s < slices; s++)
                    total += sums[s * 2 * width + at];
                i32 second = at >= width, to = head + h + second;
                if (to < group)
                    results[to * stride * width + at - second * width] = total;
            }
        }
    }
}

template <typename T>
__device__ __forceinline__ void attention_paged(const T* q, const T* keys, const T* values, float* results,
                                                float* extremes, const PagedToken* tokens, const i32* pages,
                                                const AttentionShape& shape)
{
    i32 piece = blockIdx.x, key_head = blockIdx.y, pieces = gridDim.x;
    PagedToken token = tokens[blockIdx.z];
    if (piece * Keys >= token.entries)
        return;
    i32 dim = shape.head_dim, group = shape.group, stride = gridDim.y * dim, width = (dim + Wide - 1) / Wide * Wide;
    i32 pitch = width + (width * sizeof(T) % 32 == 0 ? 16 / sizeof(T) : 0);
    i32 count = least(token.entries - piece * Keys, Keys);
    T* key_tile = (T*)shared;
    i32 key_bytes = Keys * pitch * sizeof(T);
    T* value_tile = (T*)((char*)shared + (key_bytes > SumBytes ? key_bytes : SumBytes));
    float *q_rows = (float*)(value_tile + Keys * width), *scores = q_rows + group * width;
    i64 at = (i64)pages[token.page + piece] * Keys * stride + key_head * dim;
    i64 query = (i64)token.row * shape.q_stride + key_head * group * dim;
    i64 row = (i64)blockIdx.z * shape.query_heads + key_head * group;
    load_rows(key_tile, pitch, width, keys + at, stride, count, dim);
    cp_async_commit();
    load_rows(value_tile, width, width, values + at, stride, count, dim);
    cp_async_commit();
    for (i32 column = threadIdx.x; column < width; column += Threads) {
#pragma unroll 4
        for (i32 head = 0; head < group; head++)
            q_rows[head * width + column] = column < dim ? to_f32(q[query + head * dim + column]) : 0.0f;
    }
    cp_async_wait<1>();
    __syncthreads();
    score(scores, key_tile, pitch, q_rows, width, group);
    __syncthreads();
    soften(scores, extremes + 2 * (row * pieces + piece), 2 * pieces, count, group, shape.scale);
    cp_async_wait<0>();
    __syncthreads();
    add_values(results + (row * pieces + piece) * width, pieces, scores, value_tile, (float*)shared, width, group);
}

// A warp takes every fourth page, a lane four columns.
template <typename T>
__device__ __forceinline__ void join(const float* results, const float* extremes, T* y, const PagedToken* tokens,
                                     i32 pieces, const AttentionShape& shape)
{
    enum { Warps = Threads / 32, Columns = 128 };
    __shared__ float tops[Warps], totals[Warps];
    __shared__ f32x4 sums[Warps][Columns / 4];
    i32 lane = threadIdx.x % 32, warp = threadIdx.x / 32, width = (shape.head_dim + Wide - 1) / Wide * Wide;
    i64 row = (i64)blockIdx.y * shape.query_heads + blockIdx.x;
    results += row * pieces * width + 4 * lane;
    extremes += 2 * row * pieces;
    PagedToken token = tokens[blockIdx.y];
    pieces = (token.entries + Keys - 1) / Keys;
    float top = unseen(), total = 0;
    for (i32 i = threadIdx.x; i < pieces; i += Threads)
        top = max_of(top, extremes[2 * i]);
    top = warp_max(top);
    if (lane == 0)
        tops[warp] = top;
    __syncthreads();
    for (i32 i = 0; i < Warps; i++)
        top = max_of(top, tops[i]);
    f32x4 sum = {};
#pragma unroll 4
    for (i32 i = warp; i < pieces; i += Warps) {
        float weight = exp_f32(extremes[2 * i] - top);
        total = fma_rn(weight, extremes[2 * i + 1], total);
        if (4 * lane < width) {
            f32x4 x = *(const f32x4*)(results + (i64)i * width);
            sum = f32x4{fma_rn(weight, x.x, sum.x), fma_rn(weight, x.y, sum.y), fma_rn(weight, x.z, sum.z),
                        fma_rn(weight, x.w, sum.w)};
        }
    }
    sums[warp][lane] = sum;
    if (lane == 0)
        totals[warp] = total;
    __syncthreads();
    float all = 0, result = 0;
    for (i32 i = 0; i < Warps; i++) {
        all += totals[i];
        result += ((const float*)sums[i])[threadIdx.x];
    }
    if (threadIdx.x < shape.head_dim)
        store_rounded(
            y + ((i64)token.row * shape.query_heads + blockIdx.x) * shape.head_dim + threadIdx.x, div_rn(result, all));
}

KERNEL(Threads) attention_paged_bf16(
    const bf16* __restrict__ q, const bf16* __restrict__ keys, const bf16* __restrict__ values,
    float* __restrict__ results, float* __restrict__ extremes, const PagedToken* __restrict__ tokens,
    const i32* __restrict__ pages, AttentionShape shape)
{
    attention_paged(q, keys, values, results, extremes, tokens, pages, shape);
}

KERNEL(Threads) attention_paged_f32(
    const float* __restrict__ q, const float* __restrict__ keys, const float* __restrict__ values,
    float* __restrict__ results, float* __restrict__ extremes, const PagedToken* __restrict__ tokens,
    const i32* __restrict__ pages, AttentionShape shape)
{
    attention_paged(q, keys, values, results, extremes, tokens, pages, shape);
}

KERNEL(Threads) attention_join_bf16(
    const float* __restrict__ results, const float* __restrict__ extremes, bf16* __restrict__ y,
    const PagedToken* __restrict__ tokens, i32 pieces, AttentionShape shape)
{
    join(results, extremes, y, tokens, pieces, shape);
}

KERNEL(Threads) attention_join_f32(
    const float* __restrict__ results, const float* __restrict__ extremes, float* __restrict__ y,
    const PagedToken* __restrict__ tokens, i32 pieces, AttentionShape shape)
{
    join(results, extremes, y, tokens, pieces, shape);
}
