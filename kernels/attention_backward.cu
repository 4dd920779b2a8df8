// The gradient of causal attention inside documents in bf16 (FlashAttention-2, Dao 2023, algorithm 2): products of bf16
// with fp32 sums; probabilities and their gradients rounded to bf16 for the products with dy, q and k. One kernel of
// each kind for each size that heads are padded to, with zeros and in shared memory only: head_dim 1 to 64, 65 to 96,
// 97 to 128.
//
// q, y, dy, dq [T, query_heads head_dim], k, v, dk, dv [T, query_heads / group head_dim] bf16, terms [query_heads, T]
// pairs of fp32. Rows of q, k, v and of their gradients are as far apart as shape says, by a multiple of head_dim; y and
// dy are dense. Pointers are 16-byte aligned. A head_dim that is a multiple of 8 moves whole sectors; others come
// element by element. 128 threads; a table has a row for each block of at most 64 tokens of one document, the dearest
// first. A block reads what its tokens see or are seen by and nothing else: a document's gradients do not depend on
// what else is in the batch, to the bit. No atomics: a block alone writes its rows.
//
// attention_terms_bf16(const bf16* y, const bf16* dy, const float* lse, QueryTerms* terms, i32 tokens, AttentionShape shape)
//   terms[head, token] = (lse / ln 2, delta), delta = sum of dy y over the head; lse [tokens, query_heads]. Overwrites.
//   No table: a block has 16 queries of a head; grid: ceil(tokens / 16) query_heads; no shared memory. Bytes that must
//   move: y and dy once, 12 a query and head.
//
// attention_dq_bf16_64(const bf16* q, const bf16* k, const bf16* v, const bf16* dy, const QueryTerms* terms, bf16* dq, const QueryBlock* blocks, i32 tokens, AttentionShape shape)
//   dq = scale sum over keys of p (dy v^T - delta) k, p = exp(score - lse). Overwrites. Grid: rows of blocks times
//   query_heads. Dynamic shared memory: 8 K D bytes, D the padded size and K the keys of a tile: 32 where D is 128,
//   else 64. Bytes that must move: q, k, v, dy and dq once, 8 a query and head.
//
// attention_dq_bf16_96(const bf16* q, const bf16* k, const bf16* v, const bf16* dy, const QueryTerms* terms, bf16* dq, const QueryBlock* blocks, i32 tokens, AttentionShape shape)
//   The same.
//
// attention_dq_bf16_128(const bf16* q, const bf16* k, const bf16* v, const bf16* dy, const QueryTerms* terms, bf16* dq, const QueryBlock* blocks, i32 tokens, AttentionShape shape)
//   The same.
//
// attention_dkv_bf16_64(const bf16* q, const bf16* k, const bf16* v, const bf16* dy, const QueryTerms* terms, bf16* dk, bf16* dv, const KeyBlock* blocks, i32 tokens, AttentionShape shape)
//   dv = sum over queries and heads of the group of p dy, dk = scale sum of p (dy v^T - delta) q: heads in order, then
//   queries. Overwrites. Grid: rows of blocks times query_heads / group. Dynamic shared memory: 256 D + 8 N (D + 2)
//   bytes, N the queries of a tile: 64 where D is 64, else 32. Bytes that must move: q, k, v, dy, dk and dv once, 8 a
//   query and head.
//
// attention_dkv_bf16_96(const bf16* q, const bf16* k, const bf16* v, const bf16* dy, const QueryTerms* terms, bf16* dk, bf16* dv, const KeyBlock* blocks, i32 tokens, AttentionShape shape)
//   The same.
//
// attention_dkv_bf16_128(const bf16* q, const bf16* k, const bf16* v, const bf16* dy, const QueryTerms* terms, bf16* dk, bf16* dv, const KeyBlock* blocks, i32 tokens, AttentionShape shape)
//   The same.

#include "attention_terms.cuh"
#include "attention_tile.cuh"

// A warp has 16 of the block's 64 rows.
enum { Threads = 128, BlockRows = 64, PerWarp = 16 };

extern __shared__ u32x4 shared[];

template <int Columns>
__device__ __forceinline__ void clear(float (&s)[Columns][4])
{
#pragma unroll
    for (i32 j = 0; j < Columns; j++)
        s[j][0] = s[j][1] = s[j][2] = s[j][3] = 0;
}

// s += a b^T for 16 columns of the head: a the operand, b rows of a tile.
template <int D, int Columns>
__device__ __forceinline__ void add_step(float (&s)[Columns / 8][4], const u32 (&a)[4], const LaneRows<D>& b, i32 row,
                                         i32 step)
{
#pragma unroll
    for (i32 j = 0; j < Columns / 16; j++) {
        u32 x[4];
        b.load(x, row + 16 * j, step);
        mma_bf16(s[2 * j], a, x[0], x[1]);
        mma_bf16(s[2 * j + 1], a, x[2], x[3]);
    }
}

// sum += s b: s 16 rows by Columns, rounded to bf16, b a tile of Columns rows.
template <int D, int Columns>
__device__ __forceinline__ void add_rows(float (&sum)[D / 8][4], const float (&s)[Columns / 8][4], const LaneRows<D>& b,
                                         i32 row)
{
#pragma unroll
    for (i32 j = 0; j < Columns / 16; j++) {
        u32 a[4], x[4];
        operand_of_sums(a, s[2 * j], s[2 * j + 1]);
#pragma unroll
        for (i32 step = 0; step < Tile<D>::Steps; step++) {
            b.load_transposed(x, row + 16 * j, step);
            mma_bf16(sum[2 * step], a, x[0], x[1]);
            mma_bf16(sum[2 * step + 1], a, x[2], x[3]);
        }
    }
}

// p = 2^(to_base2 s - lse), ds = p (dp - delta), in place of s and dp.
__device__ __forceinline__ void differentiate(float& s, float& dp, float to_base2, float lse, float delta)
{
    s = exp2_approx(fma_rn(s, to_base2, -lse));
    dp = s * (dp - delta);
}

#include "attention_dq.cuh"
#include "attention_dkv.cuh"

KERNEL(TermThreads) attention_terms_bf16(
    const bf16* __restrict__ y, const bf16* __restrict__ dy, const float* __restrict__ lse,
    QueryTerms* __restrict__ terms, i32 tokens, AttentionShape shape)
{
    attention_terms<bf16, u32x4>(y, dy, lse, terms, tokens, shape, 1.44269504f);
}

#define ATTENTION_DQ(D, Keys)                                                                                         \
    KERNEL(Threads)                                                                                                   \
    attention_dq_bf16_##D(const bf16* __restrict__ q, const bf16* __restrict__ k, const bf16* __restrict__ v,         \
                          const bf16* __restrict__ dy, const QueryTerms* __restrict__ terms, bf16* __restrict__ dq,   \
                          const QueryBlock* __restrict__ blocks, i32 tokens, AttentionShape shape)                    \
    {                                                                                                                 \
        attention_dq<D, Keys>(q, k, v, dy, terms, dq, blocks, tokens, shape);                                         \
    }

#define ATTENTION_DKV(D, Queries)                                                                                     \
    KERNEL(Threads)                                                                                                   \
    attention_dkv_bf16_##D(const bf16* __restrict__ q, const bf16* __restrict__ k, const bf16* __restrict__ v,        \
                           const bf16* __restrict__ dy, const QueryTerms* __restrict__ terms, bf16* __restrict__ dk,  \
                           bf16* __restrict__ dv, const KeyBlock* __restrict__ blocks, i32 tokens,                    \
                           AttentionShape shape)                                                                      \
    {                                                                                                                 \
        attention_dkv<D, Queries>(q, k, v, dy, terms, dk, dv, blocks, tokens, shape);                                 \
    }

ATTENTION_DQ(64, 64)
ATTENTION_DQ(96, 64)
ATTENTION_DQ(128, 32)
ATTENTION_DKV(64, 64)
ATTENTION_DKV(96, 32)
ATTENTION_DKV(128, 32)
