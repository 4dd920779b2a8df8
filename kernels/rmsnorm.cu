// RMS norm over rows of H elements, and its gradient. T is the type of activations, fp32 or bf16; the residual stream
// and its gradient are fp32. weight is an address and an i32: its H elements are bf16 where that is 1, else fp32.
//
// A block takes tokens one after the other; its threads are the same for all T and all grids: H / 8, rounded up to
// whole warps, 1024 at most. Up to H = 8192 a token is read once; beyond it is read twice. Elements are read 4 at a
// time where H is a multiple of 4 and every pointer aligned to 4 elements, else one by one, with the same bits. A sum
// over H is taken by threads (thread t has elements 4 t to 4 t + 3, and those 4 blockDim further on), then by
// butterflies over warps and over their sums: it depends on H alone.
//
// rmsnorm_f32(const float* x, Weights weight, float eps, i32 tokens, i32 hidden, i32 per_block, float* y, float* rstd)
//   rstd[t] = 1 / sqrt(mean(x[t]^2) + eps); y[t] = x[t] rstd[t] weight. Overwrites. x [tokens, hidden]; y may be x.
//   per_block tokens a block: ceil(tokens / per_block) blocks. Bytes that must move: 8 an element.
//
// rmsnorm_bf16(const float* x, Weights weight, float eps, i32 tokens, i32 hidden, i32 per_block, bf16* y, float* rstd)
//   As rmsnorm_f32, with y rounded to bf16 and apart from x. Bytes that must move: 6 an element.
//
// add_rmsnorm_f32(const float* x, const float* delta, Weights weight, float eps, i32 tokens, i32 hidden, i32 per_block, float* sum, float* y, float* rstd)
//   sum = x + delta; the norm of sum as in rmsnorm_f32. sum may be x or delta, and so may y where sum is not. Bytes
//   that must move: 16 an element.
//
// add_rmsnorm_bf16(const float* x, const bf16* delta, Weights weight, float eps, i32 tokens, i32 hidden, i32 per_block, float* sum, bf16* y, float* rstd)
//   As add_rmsnorm_f32, with delta and y in bf16; y may be delta, sum may be x. Bytes that must move: 12 an element.
//
// add_rmsnorm_bf16_f32(const float* x, const bf16* delta, Weights weight, float eps, i32 tokens, i32 hidden, i32 per_block, float* sum, float* y, float* rstd)
//   As add_rmsnorm_f32, with delta in bf16, apart from y. Bytes that must move: 14 an element.
//
// rmsnorm_backward_f32(const float* dy, const float* x, Weights weight, const float* rstd, const i32* chunk_starts, i32 hidden, float* dx, float* partial, float* y, float* rounded)
//   dx += rstd weight dy - x rstd^3 mean(weight dy x), and, where partial is not null,
//   partial[c] = sum over the tokens t of chunk c, in order, of dy[t] rstd[t] x[t]. Chunk c, a block, has tokens
//   chunk_starts[c] to chunk_starts[c + 1] - 1, 32 at most. Where it is not null, y = x rstd weight, with the bits of
//   rmsnorm_f32, and rounded what dx has become. Accumulates dx, overwrites partial [chunks, hidden], y and rounded; no
//   output shares memory with anything else. Bytes that must move: 16 an element, 4 more for y and for rounded each, and
//   partial.
//
// rmsnorm_backward_f32_bf16(const float* dy, const float* x, Weights weight, const float* rstd, const i32* chunk_starts, i32 hidden, float* dx, float* partial, bf16* y, bf16* rounded)
//   As rmsnorm_backward_f32, with y, as rmsnorm_bf16 has it, and rounded in bf16: 2 bytes an element each.
//
// rmsnorm_backward_bf16(const bf16* dy, const float* x, Weights weight, const float* rstd, const i32* chunk_starts, i32 hidden, float* dx, float* partial, bf16* y, bf16* rounded)
//   As rmsnorm_backward_f32_bf16, with dy in bf16. Bytes that must move: 14 an element, 2 more for y and for rounded
//   each, and partial.

#include "lanes.cuh"
#include "quads.cuh"
#include "warp.cuh"

enum { MostThreads = 1024, Warps = MostThreads / 32, Held = 2 };

// The sum over the block's threads, in every thread. sums alternates between two arrays from call to call: what is
// written to one is not still being read.
__device__ __forceinline__ float block_sum(float value, float* sums)
{
    value = warp_sum(value);
    i32 lane = threadIdx.x % 32;
    if (lane == 0)
        sums[threadIdx.x / 32] = value;
    __syncthreads();
    return warp_sum(lane < blockDim.x / 32 ? sums[lane] : 0.0f);
}

// Where a token is in the arrays, and how it may be read.
struct Columns {
    i32 hidden;
    bool whole;

    // First element of a thread's quad.
    __device__ __forceinline__ i32 of(i32 quad) const
    {
        return 4 * (i32)(threadIdx.x + quad * blockDim.x);
    }
};

template <typename T>
__device__ __forceinline__ f32x4 load(const T* token, i32 column, const Columns& c)
{
    return load_quad(token + column, c.hidden - column, c.whole);
}

template <typename T>
__device__ __forceinline__ void store(T* token, i32 column, const f32x4& v, const Columns& c)
{
    store_quad(token + column, v, c.hidden - column, c.whole);
}

struct Forward {
    const float* x;
    Weights weight;
    float eps;
    i32 tokens, hidden, per_block;
    float* rstd;
};

// What is normalised: x, or the sum, which is kept.
template <bool Adds, typename T>
__device__ __forceinline__ f32x4 take(const float* x, const T* delta, float* sum, i32 column, const Columns& c)
{
    f32x4 v = load(x, column, c);
    if (Adds) {
        v = v + load(delta, column, c);
        store(sum, column, v, c);
    }
    return v;
}

template <bool Adds, typename T, typename Y>
__device__ __forceinline__ void normalise(const Forward& f, const T* delta, float* sum, Y* y)
{
    __shared__ float sums[2][Warps];
    bool aligned = is_quad_aligned(f.x) && is_quad_aligned(y) && f.weight.is_quad_aligned()
        && (!Adds || (is_quad_aligned(delta) && is_quad_aligned(sum)));
    Columns c{f.hidden, aligned && f.hidden % 4 == 0};
    f32x4 w[Held], v[Held];
#pragma unroll
    for (i32 q = 0; q < Held; q++) {
        if (c.of(q) < c.hidden)
            w[q] = f.weight.load_quad(c.of(q), c.hidden - c.of(q), c.whole);
    }
    i32 first = blockIdx.x * f.per_block, end = first + f.per_block < f.tokens ? first + f.per_block : f.tokens;
#pragma unroll 1
    for (i32 t = first; t < end; t++) {
        i64 at = (i64)t * c.hidden;
        float squares = 0;
#pragma unroll
        for (i32 q = 0; q < Held; q++) {
            if (c.of(q) < c.hidden) {
                v[q] = take<Adds>(f.x + at, delta + at, sum + at, c.of(q), c);
                squares = add_dot(squares, v[q], v[q]);
            }
        }
#pragma unroll 1
        for (i32 q = Held; c.of(q) < c.hidden; q++) {
            f32x4 u = take<Adds>(f.x + at, delta + at, sum + at, c.of(q), c);
            squares = add_dot(squares, u, u);
        }
        float mean = div_rn(block_sum(squares, sums[t % 2]), (float)c.hidden);
        float rstd = div_rn(1.0f, sqrt_rn(mean + f.eps));
#pragma unroll
        for (i32 q = 0; q < Held; q++) {
            if (c.of(q) < c.hidden)
                store(y + at, c.of(q), v[q] * rstd * w[q], c);
        }
        const float* again = (Adds ? sum : f.x) + at;
#pragma unroll 1
        for (i32 q = Held; c.of(q) < c.hidden; q++) {
            i32 column = c.of(q);
            f32x4 far = f.weight.load_quad(column, c.hidden - column, c.whole);
            store(y + at, column, load(again, column, c) * rstd * far, c);
        }
        if (threadIdx.x == 0)
            f.rstd[t] = rstd;
    }
}

KERNEL(MostThreads)
rmsnorm_f32(const float* x, Weights weight, float eps, i32 tokens, i32 hidden, i32 per_block,
            float* y, float* rstd)
{
    Forward f{x, weight, eps, tokens, hidden, per_block, rstd};
    normalise<false>(f, (const float*)nullptr, nullptr, y);
}

KERNEL(MostThreads)
rmsnorm_bf16(const float* x, Weights weight, float eps, i32 tokens, i32 hidden, i32 per_block,
             bf16* y, float* rstd)
{
    Forward f{x, weight, eps, tokens, hidden, per_block, rstd};
    normalise<false>(f, (const bf16*)nullptr, nullptr, y);
}

KERNEL(MostThreads)
add_rmsnorm_f32(const float* x, const float* delta, Weights weight, float eps, i32 tokens,
                i32 hidden, i32 per_block, float* sum, float* y, float* rstd)
{
    Forward f{x, weight, eps, tokens, hidden, per_block, rstd};
    normalise<true>(f, delta, sum, y);
}

KERNEL(MostThreads)
add_rmsnorm_bf16(const float* x, const bf16* delta, Weights weight, float eps, i32 tokens,
                 i32 hidden, i32 per_block, float* sum, bf16* y, float* rstd)
{
    Forward f{x, weight, eps, tokens, hidden, per_block, rstd};
    normalise<true>(f, delta, sum, y);
}

KERNEL(MostThreads)
add_rmsnorm_bf16_f32(const float* x, const bf16* delta, Weights weight, float eps, i32 tokens,
                     i32 hidden, i32 per_block, float* sum, float* y, float* rstd)
{
    Forward f{x, weight, eps, tokens, hidden, per_block, rstd};
    normalise<true>(f, delta, sum, y);
}

template <typename Y>
struct Backward {
    const float* x;
    Weights weight;
    const float* rstd;
    const i32* chunk_starts;
    i32 hidden;
    float* dx;
    float* partial;
    Y* y;
    Y* rounded;

    // Adds to a quad of a token, whose first element stands at a place.
    __device__ __forceinline__ void add(i64 at, i32 column, const f32x4& gradient, const Columns& c) const
    {
        f32x4 sum = load((const float*)dx + at, column, c) + gradient;
        store(dx + at, column, sum, c);
        put(rounded, at, column, sum, c);
    }

    // An output that may be null.
    static __device__ __forceinline__ void put(Y* to, i64 at, i32 column, const f32x4& v, const Columns& c)
    {
        if (!to)
            return;
        asm("" : "+r"(column));  // As of at in differentiate.
        store(to + at, column, v, c);
    }
};

// A thread's columns beyond those that it holds: the first pass over them gives their share of the dot product and adds
// to the partial sum where it lies, the second adds to dx.
template <typename T, typename Y>
__device__ __forceinline__ float far_dot(
    const Backward<Y>& b, const T* dy, const float* x, float rstd, float* partial, bool is_first, const Columns& c)
{
    float dot = 0;
#pragma unroll 1
    for (i32 q = Held; c.of(q) < c.hidden; q++) {
        i32 column = c.of(q);
        f32x4 d = load(dy, column, c), v = load(x, column, c);
        if (partial) {
            f32x4 before = is_first ? f32x4{0, 0, 0, 0} : load(partial, column, c);
            store(partial, column, fma_rn(d * rstd, v, before), c);
        }
        dot = add_dot(dot, d * b.weight.load_quad(column, c.hidden - column, c.whole), v);
    }
    return dot;
}

template <typename T, typename Y>
__device__ __forceinline__ void add_far(
    const Backward<Y>& b, const T* dy, i64 at, float rstd, float pull, const Columns& c)
{
#pragma unroll 1
    for (i32 q = Held; c.of(q) < c.hidden; q++) {
        i32 column = c.of(q);
        f32x4 w = b.weight.load_quad(column, c.hidden - column, c.whole), v = load(b.x + at, column, c);
        b.add(at, column, fma_rn(v, pull, load(dy + at, column, c) * w * rstd), c);
        b.put(b.y, at, column, v * rstd * w, c);
    }
}

template <typename T, typename Y>
__device__ __forceinline__ void differentiate(const Backward<Y>& b, const T* dy)
{
    __shared__ float sums[2][Warps];
    bool aligned = is_quad_aligned(dy) && is_quad_aligned(b.x) && is_quad_aligned(b.dx) && b.weight.is_quad_aligned()
        && is_quad_aligned(b.partial) && is_quad_aligned(b.y) && is_quad_aligned(b.rounded);
    Columns c{b.hidden, aligned && b.hidden % 4 == 0};
    i32 from = b.chunk_starts[blockIdx.x], end = b.chunk_starts[blockIdx.x + 1];
    float* partial = b.partial ? b.partial + (i64)blockIdx.x * c.hidden : nullptr;
    f32x4 w[Held], sum[Held], v[Held], d[Held];
#pragma unroll
    for (i32 q = 0; q < Held; q++) {
        if (c.of(q) < c.hidden)
            w[q] = b.weight.load_quad(c.of(q), c.hidden - c.of(q), c.whole);
        sum[q] = f32x4{0, 0, 0, 0};
    }

    // Lane i has that of the chunk's token i.
    i32 lane = threadIdx.x % 32;
    float rstds = lane < end - from ? b.rstd[from + lane] : 0.0f;
#pragma unroll 1
    for (i32 t = from; t < end; t++) {
        i64 at = (i64)t * c.hidden;
        asm("" : "+l"(at));  // Or each array would get running addresses, for which there are no registers.
        float rstd = shuffle(rstds, t - from), dot = 0;
#pragma unroll
        for (i32 q = 0; q < Held; q++) {
            if (c.of(q) < c.hidden) {
                d[q] = load(dy + at, c.of(q), c);
                v[q] = load(b.x + at, c.of(q), c);
                b.put(b.y, at, c.of(q), v[q] * rstd * w[q], c);
                sum[q] = fma_rn(d[q] * rstd, v[q], sum[q]);
                d[q] = d[q] * w[q];
                dot = add_dot(dot, d[q], v[q]);
            }
        }
        dot += far_dot(b, dy + at, b.x + at, rstd, partial, t == from, c);
        float mean = div_rn(block_sum(dot, sums[t % 2]), (float)c.hidden), pull = -(rstd * rstd * rstd) * mean;
#pragma unroll
        for (i32 q = 0; q < Held; q++) {
            if (c.of(q) < c.hidden)
                b.add(at, c.of(q), fma_rn(v[q], pull, d[q] * rstd), c);
        }
        add_far(b, dy, at, rstd, pull, c);
    }
#pragma unroll
    for (i32 q = 0; q < Held; q++) {
        if (partial && c.of(q) < c.hidden)
            store(partial, c.of(q), sum[q], c);
    }
}

KERNEL(MostThreads)
rmsnorm_backward_f32(const float* dy, const float* x, Weights weight, const float* rstd,
                     const i32* chunk_starts, i32 hidden, float* dx, float* partial, float* y, float* rounded)
{
    differentiate(Backward<float>{x, weight, rstd, chunk_starts, hidden, dx, partial, y, rounded}, dy);
}

KERNEL(MostThreads)
rmsnorm_backward_f32_bf16(const float* dy, const float* x, Weights weight, const float* rstd,
                          const i32* chunk_starts, i32 hidden, float* dx, float* partial, bf16* y, bf16* rounded)
{
    differentiate(Backward<bf16>{x, weight, rstd, chunk_starts, hidden, dx, partial, y, rounded}, dy);
}

KERNEL(MostThreads)
rmsnorm_backward_bf16(const bf16* dy, const float* x, Weights weight, const float* rstd,
                      const i32* chunk_starts, i32 hidden, float* dx, float* partial, bf16* y, bf16* rounded)
{
    differentiate(Backward<bf16>{x, weight, rstd, chunk_starts, hidden, dx, partial, y, rounded}, dy);
}
