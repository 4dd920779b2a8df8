// What the backward pass needs to know of every query and head: attention_terms of attention_backward.cu and
// attention_f32.cu. Eight lanes take a query and head, a warp four neighbouring queries.
#pragma once

#include "attention.cuh"
#include "quads.cuh"
#include "wide.cuh"

enum { TermLanes = 8, TermQueries = 16, TermThreads = TermLanes * TermQueries };

__device__ __forceinline__ float add_pair(float sum, u32 a, u32 b)
{
    return fma_rn(f32_upper(a), f32_upper(b), fma_rn(f32_lower(a), f32_lower(b), sum));
}

// As add_dot of four fp32, of eight bf16.
__device__ __forceinline__ float add_dot(float sum, const u32x4& a, const u32x4& b)
{
    return add_pair(add_pair(add_pair(add_pair(sum, a.x, b.x), a.y, b.y), a.z, b.z), a.w, b.w);
}

// Part: 16 bytes of T.
template <typename T, typename Part>
__device__ __forceinline__ void attention_terms(const T* y, const T* dy, const float* lse, QueryTerms* terms,
                                                i32 tokens, const AttentionShape& shape, float lse_factor)
{
    enum { Wide = sizeof(Part) / sizeof(T) };
    i32 head = blockIdx.x % shape.query_heads, lane = threadIdx.x % TermLanes;
    i32 query = blockIdx.x / shape.query_heads * TermQueries + threadIdx.x / TermLanes;
    i64 row = (i64)least(query, tokens - 1) * shape.query_heads + head;
    y += row * shape.head_dim;
    dy += row * shape.head_dim;
    float sum = 0;
    if (shape.head_dim % Wide == 0) {
#pragma unroll 1
        for (i32 i = Wide * lane; i < shape.head_dim; i += Wide * TermLanes) {
            Part a, b;
            load_16(a, y + i);
            load_16(b, dy + i);
            sum = add_dot(sum, a, b);
        }
    } else {
#pragma unroll 1
        for (i32 i = lane; i < shape.head_dim; i += TermLanes)
            sum = fma_rn(to_f32(y[i]), to_f32(dy[i]), sum);
    }
    sum += shuffle_xor(sum, 1);
    sum += shuffle_xor(sum, 2);
    sum += shuffle_xor(sum, 4);
    if (lane == 0 && query < tokens)
        terms[(i64)head * tokens + query] = QueryTerms{lse[row] * lse_factor, sum};
}
