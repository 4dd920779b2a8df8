// SwiGLU, elementwise: silu(gate) up with silu(g) = g s(g), s(g) = 1 / (1 + exp(-g)); and its gradient. 256 threads a
// block, 16 bytes of each array a thread: for each row ceil(width / 1024) blocks in fp32, ceil(width / 2048) in bf16,
// one row after another. Rows of width elements, from 1 on, are as far apart as rows says: gate and up alike, their
// gradients alike, y and dy alike; what is dense everywhere can be one row. Any alignment: rows aligned to 16 bytes take
// 16 bytes at a time, but for what is left at their ends. Outputs may be inputs. One element has one writer: the same bits every time. fp32 is accurate to
// 2e-7 a factor; bf16 takes approximate exponentials and reciprocals (1e-6 where |gate| is below 8), far within its
// rounding.
//
// swiglu_f32(const float* gate, const float* up, SwiGluRows rows, float* y)
//   y = silu(gate) up. Overwrites. Bytes that must move: 12 an element.
//
// swiglu_bf16(const bf16* gate, const bf16* up, SwiGluRows rows, bf16* y)
//   As swiglu_f32; products in fp32, rounded once. Bytes that must move: 6 an element.
//
// swiglu_backward_f32(const float* dy, const float* gate, const float* up, SwiGluRows rows, float* d_gate, float* d_up, float* y)
//   d_up = dy silu(gate); d_gate = dy up s (1 + gate (1 - s)); y is that of swiglu_f32, with the same bits. Overwrites.
//   Bytes that must move: 24 an element.
//
// swiglu_backward_bf16(const bf16* dy, const bf16* gate, const bf16* up, SwiGluRows rows, bf16* d_gate, bf16* d_up, bf16* y)
//   As swiglu_backward_f32, y as swiglu_bf16 has it. Bytes that must move: 12 an element.

#include "math.cuh"
#include "quads.cuh"
#include "wide.cuh"

enum { Threads = 256, VectorBytes = 16 };

// Elements of a row, and from a row to the next.
struct SwiGluRows {
    i64 width;
    i32 stride;    // of gate and up
    i32 d_stride;  // of their gradients
    i32 y_stride;  // of y and dy
    i32 blocks;    // of a row
};

// A block's part of a row: so many elements, from the first on.
struct Part {
    i64 row, first;
    i32 count;

    __device__ __forceinline__ Part(const SwiGluRows& rows, i32 per_block)
    {
        row = blockIdx.x / (u32)rows.blocks;
        first = (i64)(blockIdx.x % (u32)rows.blocks) * per_block;
        count = rows.width - first < per_block ? (i32)(rows.width - first) : per_block;
    }

    __device__ __forceinline__ i64 at(i32 stride) const
    {
        return row * stride + first;
    }
};

__device__ __forceinline__ float rcp_approx(float x)
{
    float y;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

// Each type's arithmetic, and its elements in 16 bytes.
struct Accurate {
    typedef float Type;
    enum { Count = 4 };

    static __device__ __forceinline__ float sigmoid(float g)
    {
        return div_rn(1.0f, 1.0f + exp_f32(-g));
    }

    static __device__ __forceinline__ float silu(float g)
    {
        return div_rn(g, 1.0f + exp_f32(-g));
    }

    // Where sigmoid(g) is at hand: with the bits of the other.
    static __device__ __forceinline__ float silu(float g, float)
    {
        return silu(g);
    }

    static __device__ __forceinline__ void load(const float* from, float (&to)[4])
    {
        f32x4 v = *(const f32x4*)from;
        to[0] = v.x, to[1] = v.y, to[2] = v.z, to[3] = v.w;
    }

    static __device__ __forceinline__ void store(float* to, const float (&x)[4])
    {
        store_16(to, f32x4{x[0], x[1], x[2], x[3]});
    }
};

struct Approximate {
    typedef bf16 Type;
    enum { Count = 8 };

    static __device__ __forceinline__ float sigmoid(float g)
    {
        return rcp_approx(1.0f + exp2_approx(-1.44269504f * g));
    }

    static __device__ __forceinline__ float silu(float g)
    {
        return silu(g, sigmoid(g));
    }

    static __device__ __forceinline__ float silu(float g, float sigmoid)
    {
        return g * sigmoid;
    }

    static __device__ __forceinline__ void load(const bf16* from, float (&to)[8])
    {
        u32x4 v = *(const u32x4*)from;
        to[0] = f32_lower(v.x), to[1] = f32_upper(v.x), to[2] = f32_lower(v.y), to[3] = f32_upper(v.y);
        to[4] = f32_lower(v.z), to[5] = f32_upper(v.z), to[6] = f32_lower(v.w), to[7] = f32_upper(v.w);
    }

    static __device__ __forceinline__ void store(bf16* to, const float (&x)[8])
    {
        store_16(to, u32x4{
            bf16x2_rn(x[0], x[1]), bf16x2_rn(x[2], x[3]), bf16x2_rn(x[4], x[5]), bf16x2_rn(x[6], x[7])});
    }
};

__device__ __forceinline__ bool is_aligned(const void* a, const void* b, const void* c)
{
    return (((i64)a | (i64)b | (i64)c) & (VectorBytes - 1)) == 0;
}

template <typename Math, typename T>
__device__ __forceinline__ void multiply(const T* gate, const T* up, const SwiGluRows& rows, T* y)
{
    enum { N = Math::Count };
    Part part(rows, N * Threads);
    gate += part.at(rows.stride);
    up += part.at(rows.stride);
    y += part.at(rows.y_stride);
    i32 i = N * threadIdx.x;
    bool aligned = is_aligned(gate, up, y);
    if (aligned && i + N <= part.count) {
        float g[N], u[N];
        Math::load(gate + i, g);
        Math::load(up + i, u);
#pragma unroll
        for (i32 k = 0; k < N; k++)
            g[k] = Math::silu(g[k]) * u[k];
        Math::store(y + i, g);
        return;
    }
    // One by one: what is left at a row's end by the thread that would have it, else by all.
    i32 step = aligned ? 1 : Threads;
#pragma unroll 1
    for (i = aligned ? i : threadIdx.x; i < part.count; i += step)
        store_rounded(y + i, Math::silu(to_f32(gate[i])) * to_f32(up[i]));
}

// Returns y; the gradients take the places of gate and up. 1 - s is exact where s is above 1/2, and within an ulp of 1
// below: no cancellation that the product would show.
template <typename Math>
__device__ __forceinline__ float differentiate(float dy, float& gate, float& up)
{
    float s = Math::sigmoid(gate), slope = s * fma_rn(gate, 1.0f - s, 1.0f), silu = gate * s;
    float y = Math::silu(gate, s) * up;
    gate = dy * up * slope;
    up = dy * silu;
    return y;
}

template <typename Math, typename T>
__device__ __forceinline__ void multiply_back(
    const T* dy, const T* gate, const T* up, const SwiGluRows& rows, T* d_gate, T* d_up, T* y)
{
    enum { N = Math::Count };
    Part part(rows, N * Threads);
    dy += part.at(rows.y_stride);
    gate += part.at(rows.stride);
    up += part.at(rows.stride);
    d_gate += part.at(rows.d_stride);
    d_up += part.at(rows.d_stride);
    y += part.at(rows.y_stride);
    i32 i = N * threadIdx.x;
    bool aligned = is_aligned(dy, gate, up) && is_aligned(d_gate, d_up, y);
    if (aligned && i + N <= part.count) {
        float d[N], g[N], u[N];
        Math::load(dy + i, d);
        Math::load(gate + i, g);
        Math::load(up + i, u);
#pragma unroll
        for (i32 k = 0; k < N; k++)
            d[k] = differentiate<Math>(d[k], g[k], u[k]);
        Math::store(d_gate + i, g);
        Math::store(d_up + i, u);
        Math::store(y + i, d);
        return;
    }
    i32 step = aligned ? 1 : Threads;
#pragma unroll 1
    for (i = aligned ? i : threadIdx.x; i < part.count; i += step) {
        float g = to_f32(gate[i]), u = to_f32(up[i]);
        float product = differentiate<Math>(to_f32(dy[i]), g, u);
        store_rounded(d_gate + i, g);
        store_rounded(d_up + i, u);
        store_rounded(y + i, product);
    }
}

KERNEL(Threads) swiglu_f32(const float* gate, const float* up, SwiGluRows rows, float* y)
{
    multiply<Accurate>(gate, up, rows, y);
}

KERNEL(Threads) swiglu_bf16(const bf16* gate, const bf16* up, SwiGluRows rows, bf16* y)
{
    multiply<Approximate>(gate, up, rows, y);
}

KERNEL(Threads)
swiglu_backward_f32(const float* dy, const float* gate, const float* up, SwiGluRows rows, float* d_gate, float* d_up,
                    float* y)
{
    multiply_back<Accurate>(dy, gate, up, rows, d_gate, d_up, y);
}

KERNEL(Threads)
swiglu_backward_bf16(const bf16* dy, const bf16* gate, const bf16* up, SwiGluRows rows, bf16* d_gate, bf16* d_up,
                     bf16* y)
{
    multiply_back<Approximate>(dy, gate, up, rows, d_gate, d_up, y);
}
