// Causal attention inside documents in bf16, forward (FlashAttention-2, Dao 2023, algorithm 1): scores and sums in
// fp32, probabilities rounded to bf16 for the product with v. One kernel for each size that heads are padded to, with
// zeros and in shared memory only: head_dim 1 to 64, 65 to 96, 97 to 128.
//
// q, y [T, query_heads head_dim], k, v [.., query_heads / group head_dim], lse fp32 [T, query_heads]. Rows of q, k and v
// are as far apart as shape says, by a multiple of head_dim; y is dense. Pointers are 16-byte aligned. A head_dim that
// is a multiple of 8 moves whole sectors; others come element by element. 128 threads; blocks has a row for each block
// of at most 128 queries of one document, the dearest first; grid: rows of blocks times query_heads. Dynamic shared
// memory: 4 D (64 + K) bytes, D the padded size and K the keys of a tile: 64 where D is 64, else 32. A block reads what
// its queries see and nothing else: a document's results do not depend on what else is in the batch, to the bit. Bytes
// that must move: q, k, v and y once, 4 a query and head; keys and values are read again by every block of queries,
// from L2 where they fit.
//
// attention_bf16_64(const bf16* q, const bf16* k, const bf16* v, bf16* y, float* lse, const QueryBlock* blocks, AttentionShape shape)
//   y = softmax(scale q k^T) v over the keys that each query sees; lse = log-sum-exp of the scaled scores, or is not
//   written where it is null. Overwrites.
//
// attention_bf16_96(const bf16* q, const bf16* k, const bf16* v, bf16* y, float* lse, const QueryBlock* blocks, AttentionShape shape)
//   The same.
//
// attention_bf16_128(const bf16* q, const bf16* k, const bf16* v, bf16* y, float* lse, const QueryBlock* blocks, AttentionShape shape)
//   The same.

#include "attention_tile.cuh"

// A warp has 32 queries: each matrix of keys that it loads serves two products.
enum { Threads = 128, Queries = 128, PerWarp = 32, Halves = PerWarp / 16 };

extern __shared__ u32x4 shared[];

// A warp's running softmax: of rows lane / 4 and that + 8 in each half.
template <int D>
struct Softmax {
    float y[Halves][D / 8][4];  // not yet divided by the sum
    float top[Halves][2];       // what powers are relative to: about the largest score so far, to base 2
    float sum[Halves][2];       // of this lane's columns alone
};

// s = q k^T, 32 queries by Keys.
template <int D, int Keys>
__device__ __forceinline__ void score(float (&s)[Halves][Keys / 8][4], const LaneRows<D>& q, const LaneRows<D>& k)
{
#pragma unroll
    for (i32 i = 0; i < Halves; i++)
#pragma unroll
        for (i32 j = 0; j < Keys / 8; j++)
            s[i][j][0] = s[i][j][1] = s[i][j][2] = s[i][j][3] = 0;
#pragma unroll
    for (i32 step = 0; step < Tile<D>::Steps; step++) {
        u32 a[Halves][4], b[4];
#pragma unroll
        for (i32 i = 0; i < Halves; i++)
            q.load(a[i], 16 * i, step);
#pragma unroll
        for (i32 j = 0; j < Keys / 16; j++) {
            k.load(b, 16 * j, step);
#pragma unroll
            for (i32 i = 0; i < Halves; i++) {
                mma_bf16(s[i][2 * j], a[i], b[0], b[1]);
                mma_bf16(s[i][2 * j + 1], a[i], b[2], b[3]);
            }
        }
    }
}

// Hides keys behind each query. `ahead`: place of the lane's first query minus that of its first key.
template <int Keys>
__device__ __forceinline__ void hide(float (&s)[Halves][Keys / 8][4], i32 ahead)
{
#pragma unroll
    for (i32 i = 0; i < Halves; i++)
#pragma unroll
        for (i32 j = 0; j < Keys / 8; j++)
#pragma unroll
            for (i32 e = 0; e < 4; e++) {
                if (8 * j + (e & 1) > ahead + 16 * i + 8 * (e >> 1))
                    s[i][j][e] = unseen();
            }
}

// Takes the largest scores into account: where one exceeds what its row has been taken relative to so far by more than
// 8, in powers of two, it becomes that, and what was summed is scaled. Anything smaller fits the range of the numbers.
template <int D, int Keys>
__device__ __forceinline__ void raise(Softmax<D>& state, const float (&s)[Halves][Keys / 8][4], float to_base2)
{
    float top[Halves][2];
    bool raises = false;
#pragma unroll
    for (i32 i = 0; i < Halves; i++)
#pragma unroll
        for (i32 h = 0; h < 2; h++) {
            float most = max_of(s[i][0][2 * h], s[i][0][2 * h + 1]);
#pragma unroll
            for (i32 j = 1; j < Keys / 8; j++)
                most = max_of(most, max_of(s[i][j][2 * h], s[i][j][2 * h + 1]));
            most = max_of(most, shuffle_xor(most, 1));
            most = max_of(most, shuffle_xor(most, 2)) * to_base2;
            bool above = most > state.top[i][h] + 8;
            raises = raises || above;
            top[i][h] = above ? most : state.top[i][h];
        }
    if (!any_lane(raises))
        return;
#pragma unroll
    for (i32 i = 0; i < Halves; i++)
#pragma unroll
        for (i32 h = 0; h < 2; h++) {
            float shrink = exp2_approx(state.top[i][h] - top[i][h]);
            state.top[i][h] = top[i][h];
            state.sum[i][h] *= shrink;
#pragma unroll
            for (i32 d = 0; d < D / 8; d++) {
                state.y[i][d][2 * h] *= shrink;
                state.y[i][d][2 * h + 1] *= shrink;
            }
        }
}

// Turns scores into powers of two, relative to the row's, and adds them up.
template <int D, int Keys>
__device__ __forceinline__ void soften(Softmax<D>& state, float (&s)[Halves][Keys / 8][4], float to_base2)
{
#pragma unroll
    for (i32 i = 0; i < Halves; i++)
#pragma unroll
        for (i32 j = 0; j < Keys / 8; j++)
#pragma unroll
            for (i32 e = 0; e < 4; e++) {
                s[i][j][e] = exp2_approx(fma_rn(s[i][j][e], to_base2, -state.top[i][e >> 1]));
                state.sum[i][e >> 1] += s[i][j][e];
            }
}

// y += p v.
template <int D, int Keys>
__device__ __forceinline__ void add_values(Softmax<D>& state, const float (&p)[Halves][Keys / 8][4],
                                           const LaneRows<D>& v)
{
#pragma unroll
    for (i32 j = 0; j < Keys / 16; j++) {
        u32 a[Halves][4], b[4];
#pragma unroll
        for (i32 i = 0; i < Halves; i++)
            operand_of_sums(a[i], p[i][2 * j], p[i][2 * j + 1]);
#pragma unroll
        for (i32 step = 0; step < Tile<D>::Steps; step++) {
            v.load_transposed(b, 16 * j, step);
#pragma unroll
            for (i32 i = 0; i < Halves; i++) {
                mma_bf16(state.y[i][2 * step], a[i], b[0], b[1]);
                mma_bf16(state.y[i][2 * step + 1], a[i], b[2], b[3]);
            }
        }
    }
}

// Divides by the sums; y goes out through the warp's own rows of the tile of q.
template <int D>
__device__ __forceinline__ void finish(Softmax<D>& state, u32 tile, i32 row, bf16* y, i32 stride, float* lse,
                                       i32 count, const AttentionShape& shape)
{
    i32 g = row + ((threadIdx.x & 31) >> 2);
#pragma unroll
    for (i32 i = 0; i < Halves; i++) {
        float inverse[2];
#pragma unroll
        for (i32 h = 0; h < 2; h++) {
            float sum = state.sum[i][h];
            sum += shuffle_xor(sum, 1);
            sum += shuffle_xor(sum, 2);
            inverse[h] = div_rn(1.0f, sum);
            float log2_sum;
            asm("lg2.approx.f32 %0, %1;" : "=f"(log2_sum) : "f"(sum));
            i32 query = g + 16 * i + 8 * h;
            if (lse && (threadIdx.x & 3) == 0 && query < count)
                lse[(i64)query * shape.query_heads] = (state.top[i][h] + log2_sum) * 0.693147181f;
        }
        put_sums<D>(tile, row + 16 * i, state.y[i], inverse[0], inverse[1]);
    }
    sync_warp();
    store_rows<D, PerWarp>(tile, row, y, stride, count, shape.head_dim);
}

template <int D, int Keys>
__device__ __forceinline__ void attention(const bf16* q, const bf16* k, const bf16* v, bf16* y, float* lse,
                                          const QueryBlock* blocks, const AttentionShape& shape)
{
    QueryBlock block = blocks[blockIdx.x / shape.query_heads];
    QueryRows rows(block, blockIdx.x % shape.query_heads, shape);
    i32 head = rows.head, dim = shape.head_dim;
    k += rows.k;
    v += rows.v;
    u32 q_tile = shared_address(shared), k_tile = q_tile + Queries * Tile<D>::RowBytes;
    u32 v_tile = k_tile + Keys * Tile<D>::RowBytes;
    i32 row = threadIdx.x / 32 * PerWarp, keys = block.first + block.count;
    LaneRows<D> q_rows = LaneRows<D>::down(q_tile + row * Tile<D>::RowBytes), k_rows = LaneRows<D>::across(k_tile);
    LaneRows<D> v_rows = LaneRows<D>::down(v_tile);
    load_tile<D, Queries, Threads>(q_tile, q + rows.q, shape.q_stride, block.count, dim);
    load_tile<D, Keys, Threads>(k_tile, k, shape.k_stride, least(keys, Keys), dim);
    cp_async_commit();
    float to_base2 = shape.scale * 1.44269504f;
    Softmax<D> state = {};
#pragma unroll
    for (i32 i = 0; i < Halves; i++)
        state.top[i][0] = state.top[i][1] = unseen();
    // Values arrive during the scores, the next keys during the rest.
#pragma unroll 1
    for (i32 key = 0; key < keys; key += Keys) {
        float s[Halves][Keys / 8][4];
        cp_async_wait<0>();
        __syncthreads();
        load_tile<D, Keys, Threads>(v_tile, v + (i64)key * shape.v_stride, shape.v_stride, least(keys - key, Keys),
                                    dim);
        cp_async_commit();
        score<D, Keys>(s, q_rows, k_rows);
        cp_async_wait<0>();
        __syncthreads();
        if (key + Keys < keys) {
            load_tile<D, Keys, Threads>(k_tile, k + (i64)(key + Keys) * shape.k_stride, shape.k_stride,
                                        least(keys - key - Keys, Keys), dim);
            cp_async_commit();
        }
        // A warp that sees none of the keys has nothing to add; leaving out its scores too costs registers.
        if (row < block.count && key < block.first + row + PerWarp) {
            i32 lane = threadIdx.x & 31, ahead = block.first + row - key;
            if (ahead < Keys - 1)
                hide<Keys>(s, ahead + (lane >> 2) - 2 * (lane & 3));
            raise<D, Keys>(state, s, to_base2);
            soften<D, Keys>(state, s, to_base2);
            add_values<D, Keys>(state, s, v_rows);
        }
    }
    if (row < block.count) {
        finish<D>(state, q_tile, row, y + rows.y, y_stride(shape),
                  lse ? lse + (i64)block.query * shape.query_heads + head : lse, block.count, shape);
    }
}

#define ATTENTION(D, Keys)                                                                                             \
    KERNEL(Threads)                                                                                                   \
    attention_bf16_##D(const bf16* __restrict__ q, const bf16* __restrict__ k, const bf16* __restrict__ v,            \
                       bf16* __restrict__ y, float* __restrict__ lse, const QueryBlock* __restrict__ blocks,          \
                       AttentionShape shape)                                                                          \
    {                                                                                                                 \
        attention<D, Keys>(q, k, v, y, lse, blocks, shape);                                                           \
    }

ATTENTION(64, 64)
ATTENTION(96, 32)
ATTENTION(128, 32)
