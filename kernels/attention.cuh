// What the attention kernels share: shapes, tables of blocks, and tiles of bf16 rows in shared memory.
#pragma once

#include "lanes.cuh"
#include "math.cuh"
#include "mma.cuh"
#include "warp.cuh"
#include "wide.cuh"

struct AttentionShape {
    i32 query_heads;
    i32 group;  // query heads that share a key/value head
    i32 head_dim;
    float scale;  // 1 / sqrt(head_dim)
    // Elements from a token to the next: these may be columns of wider matrices, y and dy are dense.
    i32 q_stride, k_stride, v_stride;
    i32 dq_stride, dk_stride, dv_stride;
};

// Queries of one document, or of a cache, that a block of threads takes together.
struct alignas(16) QueryBlock {
    i32 query;  // row of the first one in q and y
    i32 key;    // row of the document's first key in k and v
    i32 first;  // place of the first query in its document: it sees keys 0 to first
    i32 count;
};

// Keys of one document that a block of threads takes together.
struct alignas(16) KeyBlock {
    i32 token;    // row of the first one; queries that see it begin in the same row
    i32 queries;  // from that row to the document's end
    i32 count;    // keys
    i32 unused;
};

// What the backward pass needs to know of a query and head.
struct alignas(8) QueryTerms {
    float lse;    // log-sum-exp of its scores
    float delta;  // sum of dy y
};

// Elements of y from a token to the next.
__device__ __forceinline__ i32 y_stride(const AttentionShape& shape)
{
    return shape.query_heads * shape.head_dim;
}

// Where the rows of a block's queries and of their document's keys begin, for one query head.
struct QueryRows {
    i32 head;
    i64 q, k, v, y;  // first elements; dy lies as y does

    __device__ __forceinline__ QueryRows(const QueryBlock& block, i32 query_head, const AttentionShape& shape)
    {
        i32 dim = shape.head_dim, key_column = query_head / shape.group * dim;
        head = query_head;
        q = (i64)block.query * shape.q_stride + head * dim;
        k = (i64)block.key * shape.k_stride + key_column;
        v = (i64)block.key * shape.v_stride + key_column;
        y = (i64)block.query * y_stride(shape) + head * dim;
    }
};

__device__ __forceinline__ i32 least(i32 a, i32 b)
{
    return a < b ? a : b;
}

// threadIdx.x, read anew: what is computed of it stays where it is used, instead of in registers all the time.
__device__ __forceinline__ i32 thread_again()
{
    i32 x;
    asm volatile("mov.u32 %0, %%tid.x;" : "=r"(x));
    return x;
}

// Queues a copy of 4 or 8 bytes into shared memory, of which the first `bytes` are read and the rest become zero.
template <int Size>
__device__ __forceinline__ void cp_async(u32 shared, const void* global, i32 bytes)
{
    asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;"
                 :
                 : "r"(shared), "l"(global), "n"(Size), "r"(bytes)
                 : "memory");
}

// -infinity: the score of a key that a query does not see.
__device__ __forceinline__ float unseen()
{
    return f32_of_bits(0xFF800000u);
}

// Whether it is so in any lane of the warp.
__device__ __forceinline__ bool any_lane(bool x)
{
    u32 any;
    asm volatile("{\n"
                 ".reg .pred mine, all;\n"
                 "setp.ne.u32 mine, %1, 0;\n"
                 "vote.sync.any.pred all, mine, -1;\n"
                 "selp.u32 %0, 1, 0, all;\n"
                 "}"
                 : "=r"(any)
                 : "r"((u32)x));
    return any != 0;
}
