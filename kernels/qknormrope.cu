// RMS norm of every query and key head (where there is one), then the rotary embedding; and their gradient. The halves
// of a head, [0, D / 2) and [D / 2, D), are the pairs that are turned. D is even and at most 256.
//
// Arguments of all kernels. heads: numbers of query heads and of key heads, D, the number of positions of the tables,
// and how many elements it is from a token to the next in q, k, and in what is written of them. norm: the weights of queries and of keys, each an address (both null without a norm) and an i32 that is 1
// where its D elements are bf16, 0 where they are fp32; then eps. cos, sin [positions, D / 2] fp32. A warp takes a
// token, 8 a block; a head has as many lanes as D / 8 asks for, rounded up to a power of two. Elements are read 4 at a
// time where D is a multiple of 8 and every row aligned to 4 elements, else one by one, with the same bits. The
// result of a head depends on that head and its position alone.
//
// A position outside the tables is reported in fault; what it would have turned becomes 0.
//
// qk_norm_rope_f32(const float* q, const float* k, Heads heads, Norm norm, const float* cos, const float* sin, const i32* positions, i32 tokens, float* q_out, float* k_out, Fault* fault)
//   z = x / sqrt(mean(x^2) + eps) weight, or x without a norm; out1 = z1 cos - z2 sin; out2 = z2 cos + z1 sin.
//   Overwrites. q_out may be q, k_out may be k. 256 threads a block, ceil(tokens / 8) blocks; any number of blocks in y
//   shares the heads of a token out. Bytes that must move: 8 an element, and the tables.
//
// qk_norm_rope_bf16(const bf16* q, const bf16* k, Heads heads, Norm norm, const float* cos, const float* sin, const i32* positions, i32 tokens, bf16* q_out, bf16* k_out, Fault* fault)
//   As qk_norm_rope_f32. Bytes that must move: 4 an element, and the tables.
//
// qk_norm_rope_backward_f32(float* dq, float* dk, const float* q, const float* k, Heads heads, Norm norm, const float* cos, const float* sin, const i32* positions, const i32* chunk_starts, float* partial, Fault* fault)
//   From the gradient of out to that of x, in place in dq and dk: the rotation back gives dz, and dx = rstd (weight dz
//   - x rstd^2 mean(weight dz x)). Where partial is not null, partial[c] = sum over the tokens of chunk c and their
//   heads of dz x rstd: D for queries, D for keys. Chunk c has tokens chunk_starts[c] to chunk_starts[c + 1] - 1, and
//   two blocks of 256 threads: 0 in y for queries, 1 for keys. Overwrites partial [chunks, 2, D], in an order that
//   depends on the chunk alone. Without a norm q, k and partial are not touched. Bytes that must move: 12 an element
//   (8 without a norm), and the tables.
//
// qk_norm_rope_backward_bf16(bf16* dq, bf16* dk, const bf16* q, const bf16* k, Heads heads, Norm norm, const float* cos, const float* sin, const i32* positions, const i32* chunk_starts, float* partial, Fault* fault)
//   As qk_norm_rope_backward_f32. Bytes that must move: 6 an element (4 without a norm), and the tables.

#include "fault.cuh"
#include "quads.cuh"
#include "warp.cuh"

enum { Threads = 256, Warps = Threads / 32, MostDim = 256 };

struct Heads {
    i32 queries, keys, dim, positions;
    i32 q_stride, k_stride, q_out_stride, k_out_stride;

    __device__ __forceinline__ bool is_quad_aligned() const
    {
        return ((q_stride | k_stride | q_out_stride | k_out_stride) & 3) == 0;
    }
};

struct Norm {
    Weights query, key;
    float eps;
};

// The weights of both norms as fp32, D of queries and D of keys, for the whole block.
struct alignas(16) NormWeights {
    float of[2 * MostDim];
};

__device__ __forceinline__ void fill(NormWeights& weights, const Norm& norm, i32 dim)
{
    if (!norm.query.values)
        return;
    for (i32 i = threadIdx.x; i < 2 * dim; i += Threads)
        weights.of[i] = i < dim ? norm.query.load(i) : norm.key.load(i - dim);
    __syncthreads();
}

// What a lane has of a head: 4 elements of the first half and their partners in the second.
struct Pairs {
    f32x4 low, high;
};

// A sum of each warp.
struct alignas(16) WarpSums {
    float of[Warps][MostDim];
};

// How the lanes of a warp share heads out.
struct Lane {
    i32 half;      // D / 2
    i32 per_head;  // lanes: a power of two
    i32 head;      // which of the heads that the warp has at a time
    i32 heads;     // how many it has at a time
    i32 column;    // the lane's first element in either half
    bool whole;

    __device__ __forceinline__ Lane(i32 dim, bool aligned)
    {
        half = dim / 2;
        per_head = 1;
        while (4 * per_head < half)
            per_head *= 2;
        i32 lane = threadIdx.x % 32;
        head = lane / per_head;
        heads = 32 / per_head;
        column = 4 * (lane % per_head);
        whole = aligned && half % 4 == 0;
    }

    __device__ __forceinline__ bool is_used() const
    {
        return column < half;
    }

    template <typename T>
    __device__ __forceinline__ Pairs load(const T* head) const
    {
        return Pairs{
            load_quad(head + column, half - column, whole), load_quad(head + half + column, half - column, whole)};
    }

    template <typename T>
    __device__ __forceinline__ void store(T* head, const Pairs& x) const
    {
        store_quad(head + column, x.low, half - column, whole);
        store_quad(head + half + column, x.high, half - column, whole);
    }

    // A row of a table: the same for both halves.
    __device__ __forceinline__ f32x4 load_angle(const float* row) const
    {
        return load_quad(row + column, half - column, whole);
    }

    // The sum over the lanes of a head, in each of them.
    __device__ __forceinline__ float sum(float x) const
    {
#pragma unroll 1
        for (i32 lanes = per_head / 2; lanes > 0; lanes /= 2)
            x += shuffle_xor(x, lanes);
        return x;
    }
};

__device__ __forceinline__ float dot(const Pairs& a, const Pairs& b)
{
    return add_dot(add_dot(0.0f, a.low, b.low), a.high, b.high);
}

__device__ __forceinline__ float rstd_of(const Pairs& x, float eps, const Lane& lane)
{
    return div_rn(1.0f, sqrt_rn(div_rn(lane.sum(dot(x, x)), (float)(2 * lane.half)) + eps));
}

__device__ __forceinline__ f32x4 add_from(const f32x4& x, i32 lanes)
{
    return x
        + f32x4{shuffle_xor(x.x, lanes), shuffle_xor(x.y, lanes), shuffle_xor(x.z, lanes), shuffle_xor(x.w, lanes)};
}

// a c - b s, a product at a time.
__device__ __forceinline__ f32x4 subtract_products(const f32x4& a, const f32x4& c, const f32x4& b, const f32x4& s)
{
    f32x4 p = b * s;
    return f32x4{
        fma_rn(a.x, c.x, -p.x), fma_rn(a.y, c.y, -p.y), fma_rn(a.z, c.z, -p.z), fma_rn(a.w, c.w, -p.w)};
}

__device__ __forceinline__ Pairs turn(const Pairs& z, const f32x4& cos, const f32x4& sin)
{
    return Pairs{subtract_products(z.low, cos, z.high, sin), fma_rn(z.high, cos, z.low * sin)};
}

__device__ __forceinline__ Pairs turn_back(const Pairs& dy, const f32x4& cos, const f32x4& sin)
{
    return Pairs{fma_rn(dy.low, cos, dy.high * sin), subtract_products(dy.high, cos, dy.low, sin)};
}

struct Tables {
    const float* cos;
    const float* sin;
    const i32* positions;

    __device__ __forceinline__ bool is_quad_aligned() const
    {
        return ::is_quad_aligned(cos) && ::is_quad_aligned(sin);
    }

    // A token's angles; zeros, and a report, where its position is none of the tables.
    __device__ __forceinline__ void load(
        i32 token, i32 limit, const Lane& lane, f32x4& cosines, f32x4& sines, Fault* fault) const
    {
        i32 position = positions[token];
        bool is_known = position >= 0 && position < limit;
        if (!is_known && threadIdx.x % 32 == 0)
            report(fault, FaultPosition, token, position, limit);
        cosines = sines = f32x4{0, 0, 0, 0};
        if (is_known && lane.is_used()) {
            cosines = lane.load_angle(cos + (i64)position * lane.half);
            sines = lane.load_angle(sin + (i64)position * lane.half);
        }
    }
};

// What the lane has of one of a token's heads; zeros where there is no such head.
template <typename T>
__device__ __forceinline__ Pairs take_head(const T* token, i32 head, i32 heads, const Lane& lane)
{
    if (head >= heads || !lane.is_used())
        return Pairs{};
    return lane.load(token + head * (2 * lane.half));
}

template <typename T>
__device__ __forceinline__ void put_head(T* token, i32 head, i32 heads, const Pairs& x, const Lane& lane)
{
    if (head < heads && lane.is_used())
        lane.store(token + head * (2 * lane.half), x);
}

// A token's query or key heads.
template <typename T>
__device__ __forceinline__ void rotate_heads(
    const T* x, i32 heads, const float* weight, float eps, const f32x4& cos, const f32x4& sin, T* out,
    const Lane& lane)
{
    i32 head = blockIdx.y * lane.heads + lane.head, step = lane.heads * gridDim.y;
    Pairs next = take_head(x, head, heads, lane);
#pragma unroll 1
    for (; head - lane.head < heads; head += step) {
        // The next head is under way while this one is worked on.
        Pairs z = next;
        next = take_head(x, head + step, heads, lane);
        if (weight) {
            float rstd = rstd_of(z, eps, lane);
            if (lane.is_used()) {
                Pairs w = lane.load(weight);
                z = Pairs{z.low * rstd * w.low, z.high * rstd * w.high};
            }
        }
        put_head(out, head, heads, turn(z, cos, sin), lane);
    }
}

template <typename T>
__device__ __forceinline__ void rotate(
    const T* q, const T* k, const Heads& heads, const Norm& norm, const Tables& tables, i32 tokens, T* q_out, T* k_out,
    Fault* fault)
{
    __shared__ NormWeights weights;
    fill(weights, norm, heads.dim);
    i32 token = blockIdx.x * Warps + threadIdx.x / 32;
    if (token >= tokens)
        return;
    Lane lane(heads.dim, is_quad_aligned(q) && is_quad_aligned(k) && is_quad_aligned(q_out) && is_quad_aligned(k_out)
                             && heads.is_quad_aligned() && tables.is_quad_aligned());
    f32x4 cos, sin;
    tables.load(token, heads.positions, lane, cos, sin, fault);
    bool normed = norm.query.values;
#pragma unroll 1
    for (i32 keys = 0; keys < 2; keys++) {
        rotate_heads(
            (keys ? k : q) + (i64)token * (keys ? heads.k_stride : heads.q_stride), keys ? heads.keys : heads.queries,
            normed ? weights.of + keys * heads.dim : nullptr, norm.eps, cos, sin,
            (keys ? k_out : q_out) + (i64)token * (keys ? heads.k_out_stride : heads.q_out_stride), lane);
    }
}

KERNEL(Threads)
qk_norm_rope_f32(const float* q, const float* k, Heads heads, Norm norm, const float* cos, const float* sin,
                 const i32* positions, i32 tokens, float* q_out, float* k_out, Fault* fault)
{
    rotate(q, k, heads, norm, Tables{cos, sin, positions}, tokens, q_out, k_out, fault);
}

KERNEL(Threads)
qk_norm_rope_bf16(const bf16* q, const bf16* k, Heads heads, Norm norm, const float* cos, const float* sin,
                  const i32* positions, i32 tokens, bf16* q_out, bf16* k_out, Fault* fault)
{
    rotate(q, k, heads, norm, Tables{cos, sin, positions}, tokens, q_out, k_out, fault);
}

__device__ __forceinline__ Pairs add_product(const Pairs& sum, const Pairs& dz, const Pairs& x, float rstd)
{
    return Pairs{fma_rn(dz.low, x.low * rstd, sum.low), fma_rn(dz.high, x.high * rstd, sum.high)};
}

// The block's sum: heads of a warp by butterflies, then warps in order.
__device__ __forceinline__ void write_sum(Pairs sum, WarpSums& sums, const Lane& lane, float* to)
{
#pragma unroll 1
    for (i32 lanes = lane.per_head; lanes < 32; lanes *= 2) {
        sum.low = add_from(sum.low, lanes);
        sum.high = add_from(sum.high, lanes);
    }
    if (lane.head == 0 && lane.is_used())
        lane.store(sums.of[threadIdx.x / 32], sum);
    __syncthreads();
    for (i32 i = threadIdx.x; i < 2 * lane.half; i += Threads) {
        float all = sums.of[0][i];
        for (i32 w = 1; w < Warps; w++)
            all += sums.of[w][i];
        to[i] = all;
    }
}

// A chunk's query or key heads.
template <typename T>
__device__ __forceinline__ void rotate_chunk_back(
    T* gradient, const T* input, i32 gradient_stride, i32 input_stride, i32 heads, const float* weight, float eps,
    i32 positions, const Tables& tables, const i32* chunk_starts, float* partial, WarpSums& sums, const Lane& lane,
    Fault* fault)
{
    Pairs sum{};
    i32 end = chunk_starts[blockIdx.x + 1], dim = 2 * lane.half;
#pragma unroll 1
    for (i32 token = chunk_starts[blockIdx.x] + threadIdx.x / 32; token < end; token += Warps) {
        f32x4 cos, sin;
        tables.load(token, positions, lane, cos, sin, fault);
        T* dy = gradient + (i64)token * gradient_stride;
        const T* xs = input + (i64)token * input_stride;
#pragma unroll 1
        for (i32 head = lane.head; head - lane.head < heads; head += lane.heads) {
            Pairs g = turn_back(take_head((const T*)dy, head, heads, lane), cos, sin);
            if (weight) {
                Pairs x = take_head(xs, head, heads, lane), w{};
                float rstd = rstd_of(x, eps, lane);
                if (head < heads && lane.is_used()) {
                    sum.low = fma_rn(g.low, x.low * rstd, sum.low);
                    sum.high = fma_rn(g.high, x.high * rstd, sum.high);
                    w = lane.load(weight);
                }
                g = Pairs{g.low * w.low, g.high * w.high};
                float pull = -(rstd * rstd) * div_rn(lane.sum(dot(g, x)), (float)dim);
                g = Pairs{fma_rn(x.low, pull, g.low) * rstd, fma_rn(x.high, pull, g.high) * rstd};
            }
            put_head(dy, head, heads, g, lane);
        }
    }
    if (partial)
        write_sum(sum, sums, lane, partial + ((i64)blockIdx.x * 2 + blockIdx.y) * dim);
}

template <typename T>
__device__ __forceinline__ void rotate_back(
    T* dq, T* dk, const T* q, const T* k, const Heads& heads, const Norm& norm, const Tables& tables,
    const i32* chunk_starts, float* partial, Fault* fault)
{
    __shared__ NormWeights weights;
    __shared__ WarpSums sums;
    fill(weights, norm, heads.dim);
    bool normed = norm.query.values, keys = blockIdx.y;
    Lane lane(heads.dim, is_quad_aligned(dq) && is_quad_aligned(dk)
                             && (!normed || (is_quad_aligned(q) && is_quad_aligned(k))) && heads.is_quad_aligned()
                             && tables.is_quad_aligned());
    rotate_chunk_back(
        keys ? dk : dq, keys ? k : q, keys ? heads.k_out_stride : heads.q_out_stride,
        keys ? heads.k_stride : heads.q_stride, keys ? heads.keys : heads.queries,
        normed ? weights.of + keys * heads.dim : nullptr, norm.eps, heads.positions, tables, chunk_starts, partial,
        sums, lane, fault);
}

KERNEL(Threads)
qk_norm_rope_backward_f32(float* dq, float* dk, const float* q, const float* k, Heads heads, Norm norm,
                          const float* cos, const float* sin, const i32* positions, const i32* chunk_starts,
                          float* partial, Fault* fault)
{
    rotate_back(dq, dk, q, k, heads, norm, Tables{cos, sin, positions}, chunk_starts, partial, fault);
}

KERNEL(Threads)
qk_norm_rope_backward_bf16(bf16* dq, bf16* dk, const bf16* q, const bf16* k, Heads heads, Norm norm, const float* cos,
                           const float* sin, const i32* positions, const i32* chunk_starts, float* partial,
                           Fault* fault)
{
    rotate_back(dq, dk, q, k, heads, norm, Tables{cos, sin, positions}, chunk_starts, partial, fault);
}
