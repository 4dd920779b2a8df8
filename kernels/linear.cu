// Linear layers beside their products (gemm_bf16.cu, gemm_f32.cu).
//
// linear_dropout_f32(const float* x, float* y, const i64* token_keys, i32 tokens, i32 features, LinearDropout dropout)
//   y = mask x, [tokens, features] both. The mask of an element is a function of seed, its token's key and its feature
//   alone, that of the CPU backend to the bit: output i of SplitMix64, its state for a token hashed from seed and key,
//   decides features 2 i (low half) and 2 i + 1 (high half). Where its 32 bits are below threshold the factor is 0,
//   else kept. y may be x; any alignment. 256 threads, four features each: ceil(tokens ceil(features / 4) / 256)
//   blocks. Bytes that must move: 8 an element.
// linear_dropout_bf16(const bf16* x, bf16* y, const i64* token_keys, i32 tokens, i32 features, LinearDropout dropout)
//   The same of bf16, products rounded to nearest, ties to even. Bytes that must move: 4 an element.
//
// linear_token_sums_f32(const float* x, const i32* chunk_starts, i32 width, i32 stride, float* partial)
//   partial[c] = the sum over the tokens of chunk c, chunk_starts[c] to chunk_starts[c + 1] - 1, of x[token], in order.
//   x [tokens, width], rows stride elements apart, partial [chunks, width]. Overwrites. 128 threads, a column each: grid chunks x
//   ceil(width / 128). Bytes that must move: 4 an element of x, and those of partial.
// linear_token_sums_bf16(const bf16* x, const i32* chunk_starts, i32 width, i32 stride, float* partial)
//   The same of bf16. Bytes that must move: 2 an element of x, and those of partial.

#include "gemm.cuh"

typedef unsigned long long u64;

enum { Threads = 256, Vector = 4, SumThreads = 128 };

struct LinearDropout {
    u64 seed;       // mixed
    u32 threshold;  // probability 2^32
    float kept;
};

__device__ __forceinline__ u64 mix(u64 z)
{
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return z ^ z >> 31;
}

__device__ __forceinline__ float factor(const LinearDropout& d, u32 bits)
{
    return bits >= d.threshold ? d.kept : 0.0f;
}

template <typename T>
__device__ __forceinline__ void drop(
    const T* x, T* y, const i64* token_keys, i32 tokens, i32 features, const LinearDropout& d)
{
    const u64 Gamma = 0x9E3779B97F4A7C15ull;
    i32 fours = (features + Vector - 1) / Vector;
    i64 i = (i64)blockIdx.x * Threads + threadIdx.x;
    if (i >= (i64)tokens * fours)
        return;
    i32 token = (i32)(i / fours), feature = (i32)(i - (i64)token * fours) * Vector, count = features - feature;
    u64 state = mix(d.seed ^ mix((u64)token_keys[token] + Gamma));
    u64 first = mix(state + Gamma * (u64)(feature / 2 + 1)), second = mix(state + Gamma * (u64)(feature / 2 + 2));
    i64 at = (i64)token * features + feature;
    bool is_bf16 = sizeof(T) == 2;
    bool aligned = features % Vector == 0 && ((u64)x | (u64)y) % (Vector * sizeof(T)) == 0;
    f32x4 v = load_four(x, at, count, is_bf16, aligned);
    v.x *= factor(d, (u32)first);
    v.y *= factor(d, (u32)(first >> 32));
    v.z *= factor(d, (u32)second);
    v.w *= factor(d, (u32)(second >> 32));
    store_four(y, at, count, is_bf16, aligned, v);
}

template <typename T>
__device__ __forceinline__ void sum_tokens(const T* x, const i32* chunk_starts, i32 width, i32 stride, float* partial)
{
    i32 column = blockIdx.y * SumThreads + threadIdx.x, end = chunk_starts[blockIdx.x + 1];
    if (column >= width)
        return;
    float sum = 0;
#pragma unroll 4
    for (i32 token = chunk_starts[blockIdx.x]; token < end; token++)
        sum += load_four(x, (i64)token * stride + column, 1, sizeof(T) == 2, false).x;
    partial[(i64)blockIdx.x * width + column] = sum;
}

KERNEL(Threads)
linear_dropout_f32(const float* x, float* y, const i64* __restrict__ token_keys, i32 tokens, i32 features,
                   LinearDropout dropout)
{
    drop(x, y, token_keys, tokens, features, dropout);
}

KERNEL(Threads)
linear_dropout_bf16(const bf16* x, bf16* y, const i64* __restrict__ token_keys, i32 tokens, i32 features,
                    LinearDropout dropout)
{
    drop(x, y, token_keys, tokens, features, dropout);
}

KERNEL(SumThreads)
linear_token_sums_f32(const float* __restrict__ x, const i32* __restrict__ chunk_starts, i32 width, i32 stride,
                      float* __restrict__ partial)
{
    sum_tokens(x, chunk_starts, width, stride, partial);
}

KERNEL(SumThreads)
linear_token_sums_bf16(const bf16* __restrict__ x, const i32* __restrict__ chunk_starts, i32 width, i32 stride,
                       float* __restrict__ partial)
{
    sum_tokens(x, chunk_starts, width, stride, partial);
}
