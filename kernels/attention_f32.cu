// Causal attention inside documents in fp32, forward and backward (FlashAttention-2, Dao 2023, algorithms 1 and 2),
// with fused multiply-adds: for runs that are compared with the CPU.
//
// q, y, dy, dq [T, query_heads head_dim], k, v, dk, dv [.., query_heads / group head_dim], lse [T, query_heads]: fp32,
// pointers 16-byte aligned, head_dim 1 to 128. Rows of q, k, v and of their gradients are as far apart as shape says, by
// a multiple of head_dim; y and dy are dense. A head_dim that is a multiple of 4 moves whole sectors, others come
// element by element. 128 threads; a table has a row for each block of tokens of one document, the dearest first. A
// block reads what its tokens see or are seen by and nothing else: a document's results do not depend on what else is
// in the batch, to the bit. Dynamic shared memory: 77824 bytes.
//
// attention_f32(const float* q, const float* k, const float* v, float* y, float* lse, const QueryBlock* blocks, AttentionShape shape)
//   y = softmax(scale q k^T) v over the keys that each query sees; lse = log-sum-exp of the scaled scores, or is not
//   written where it is null. Overwrites. Blocks of at most 64 queries; grid: rows of blocks times query_heads. Bytes
//   that must move: q, k, v and y once, 4 a query and head.
//
// attention_terms_f32(const float* y, const float* dy, const float* lse, QueryTerms* terms, i32 tokens, AttentionShape shape)
//   terms[head, token] = (lse, delta), delta = sum of dy y over the head. Overwrites. No table: a block has 16 queries
//   of a head; grid: ceil(tokens / 16) query_heads; no shared memory. Bytes that must move: y and dy once, 12 a query
//   and head.
//
// attention_dq_f32(const float* q, const float* k, const float* v, const float* dy, const QueryTerms* terms, float* dq, const QueryBlock* blocks, i32 tokens, AttentionShape shape)
//   dq = scale sum over keys of p (dy v^T - delta) k, p = exp(score - lse); terms [query_heads, tokens] has lse and
//   delta. Overwrites. Blocks of at most 32 queries; grid: rows of blocks times query_heads. Bytes that must move: q,
//   k, v, dy and dq once, 8 a query and head.
//
// attention_dkv_f32(const float* q, const float* k, const float* v, const float* dy, const QueryTerms* terms, float* dk, float* dv, const KeyBlock* blocks, i32 tokens, AttentionShape shape)
//   dv = sum over queries and heads of the group of p dy, dk = scale sum of p (dy v^T - delta) q: heads in order, then
//   queries. Overwrites. Blocks of at most 32 keys; grid: rows of blocks times query_heads / group. Bytes that must
//   move: q, k, v, dy, dk and dv once, 8 a query and head.

#include "attention.cuh"
#include "attention_terms.cuh"

// Rows in shared memory have D + 4 floats, rows of scores 40: lanes that read or write different rows at a time never
// meet in a bank. Eight lanes share a row; a tile of the other side has 32 rows.
enum { Threads = 128, D = 128, Stride = D + 4, Columns = 32, ScoreStride = 40, Group = 8 };

extern __shared__ f32x4 shared[];

__device__ __forceinline__ f32x4 vector_at(const float* x)
{
    return *(const f32x4*)x;
}

__device__ __forceinline__ void add_product(f32x4& sum, float a, f32x4 b)
{
    sum.x = fma_rn(a, b.x, sum.x);
    sum.y = fma_rn(a, b.y, sum.y);
    sum.z = fma_rn(a, b.z, sum.z);
    sum.w = fma_rn(a, b.w, sum.w);
}

__device__ __forceinline__ void scale_by(f32x4& x, float factor)
{
    x.x *= factor;
    x.y *= factor;
    x.z *= factor;
    x.w *= factor;
}

// Queues the copy of `count` rows (at least 1), `stride` apart, into Count rows; the other rows, and columns up to a
// multiple of 32, become zero.
template <int Count>
__device__ __forceinline__ void load_rows(float* tile, const float* from, i32 stride, i32 count, i32 head_dim)
{
    i32 first = 4 * (threadIdx.x % Group);
#pragma unroll 1
    for (i32 row = thread_again() / Group; row < Count; row += Threads / Group) {
        u32 to = shared_address(tile + row * Stride);
        const float* x = from + least(row, count - 1) * stride;
#pragma unroll 1
        for (i32 column = first; column - first < head_dim; column += 4 * Group) {
            i32 bytes = row < count ? 4 * least(4, head_dim - column) : 0;
            const float* part = bytes > 0 ? x + column : x;
            if (head_dim % 4 == 0) {
                cp_async_16(to + 4 * column, part, bytes > 0 ? bytes : 0);
                continue;
            }
            for (i32 i = 0; i < 4; i++)
                cp_async<4>(to + 4 * (column + i), part + (4 * i < bytes ? i : 0), 4 * i < bytes ? 4 : 0);
        }
    }
}

// A thread's part of products with tiles of 32 rows: of the block's rows `row` + 4 i, and `lane` of 8 in columns.
template <int Rows>
struct Part {
    i32 row, lane;

    // Rows are a warp's 4 Rows.
    __device__ __forceinline__ Part()
        : row(threadIdx.x / 32 * 4 * Rows + (threadIdx.x & 31) / Group), lane(threadIdx.x % Group)
    {
    }

    // s[i][j] = row i of a times row `lane` + 8 j of b, over the head's columns in order.
    __device__ __forceinline__ void dot(float (&s)[Rows][4], const float* a, const float* b, i32 head_dim) const
    {
#pragma unroll
        for (i32 i = 0; i < Rows; i++)
            s[i][0] = s[i][1] = s[i][2] = s[i][3] = 0;
        a += row * Stride;
        b += lane * Stride;
#pragma unroll 1
        for (i32 d = 0; d < head_dim; d += 4) {
            f32x4 y[4];
#pragma unroll
            for (i32 j = 0; j < 4; j++)
                y[j] = vector_at(b + Group * j * Stride + d);
#pragma unroll
            for (i32 i = 0; i < Rows; i++) {
                f32x4 x = vector_at(a + 4 * i * Stride + d);
#pragma unroll
                for (i32 j = 0; j < 4; j++) {
                    s[i][j] = fma_rn(x.x, y[j].x, s[i][j]);
                    s[i][j] = fma_rn(x.y, y[j].y, s[i][j]);
                    s[i][j] = fma_rn(x.z, y[j].z, s[i][j]);
                    s[i][j] = fma_rn(x.w, y[j].w, s[i][j]);
                }
            }
        }
    }

    // Hands numbers to the row's other lanes: column `lane` + 8 j of row i of a tile of scores.
    __device__ __forceinline__ void put(float* scores, const float (&s)[Rows][4]) const
    {
#pragma unroll
        for (i32 i = 0; i < Rows; i++)
#pragma unroll
            for (i32 j = 0; j < 4; j++)
                scores[(row + 4 * i) * ScoreStride + lane + Group * j] = s[i][j];
    }

    // sum[i][c] += row i of scores times columns 4 lane + 32 c .. of b.
    __device__ __forceinline__ void add(f32x4 (&sum)[Rows][D / 32], const float* scores, const float* b,
                                        i32 head_dim) const
    {
        scores += row * ScoreStride;
        b += 4 * lane;
#pragma unroll 1
        for (i32 k = 0; k < Columns; k += 4) {
            f32x4 p[Rows];
#pragma unroll
            for (i32 i = 0; i < Rows; i++)
                p[i] = vector_at(scores + 4 * i * ScoreStride + k);
#pragma unroll
            for (i32 c = 0; c < D / 32; c++) {
                if (32 * c >= head_dim)
                    break;
                const float* x = b + k * Stride + 32 * c;
                f32x4 x0 = vector_at(x), x1 = vector_at(x + Stride), x2 = vector_at(x + 2 * Stride);
                f32x4 x3 = vector_at(x + 3 * Stride);
#pragma unroll
                for (i32 i = 0; i < Rows; i++) {
                    add_product(sum[i][c], p[i].x, x0);
                    add_product(sum[i][c], p[i].y, x1);
                    add_product(sum[i][c], p[i].z, x2);
                    add_product(sum[i][c], p[i].w, x3);
                }
            }
        }
    }

    // Writes the rows that exist, times a factor.
    __device__ __forceinline__ void store(float* to, i32 stride, i32 count, i32 head_dim,
                                          const f32x4 (&sum)[Rows][D / 32], float factor) const
    {
#pragma unroll
        for (i32 i = 0; i < Rows; i++) {
            if (row + 4 * i >= count)
                continue;
#pragma unroll
            for (i32 c = 0; c < D / 32; c++) {
                i32 column = 4 * lane + 32 * c;
                float* y = to + (i64)(row + 4 * i) * stride + column;
                const f32x4& x = sum[i][c];
                float f = factor, z[4] = {x.x * f, x.y * f, x.z * f, x.w * f};
                if (head_dim % 4 == 0) {
                    if (column < head_dim)
                        store_16(y, f32x4{z[0], z[1], z[2], z[3]});
                    continue;
                }
#pragma unroll
                for (i32 e = 0; e < 4; e++) {
                    if (column + e < head_dim)
                        y[e] = z[e];
                }
            }
        }
    }
};

// Largest and sum over a row's 8 lanes.
__device__ __forceinline__ float row_max(float x)
{
    x = max_of(x, shuffle_xor(x, 1));
    x = max_of(x, shuffle_xor(x, 2));
    return max_of(x, shuffle_xor(x, 4));
}

__device__ __forceinline__ float row_sum(float x)
{
    x += shuffle_xor(x, 1);
    x += shuffle_xor(x, 2);
    return x + shuffle_xor(x, 4);
}

#include "attention_f32_forward.cuh"
#include "attention_f32_backward.cuh"
