// The gradient of queries, of attention_backward.cu: a block owns 64 queries of a head and goes over the keys they see.
#pragma once

template <int D, int Keys>
__device__ __forceinline__ void attention_dq(const bf16* q, const bf16* k, const bf16* v, const bf16* dy,
                                             const QueryTerms* terms, bf16* dq, const QueryBlock* blocks, i32 tokens,
                                             const AttentionShape& shape)
{
    enum { RowBytes = Tile<D>::RowBytes, Steps = Tile<D>::Steps, StageBytes = 2 * Keys * RowBytes };
    QueryBlock block = blocks[blockIdx.x / shape.query_heads];
    QueryRows rows(block, blockIdx.x % shape.query_heads, shape);
    i32 head = rows.head, dim = shape.head_dim;
    k += rows.k;
    v += rows.v;
    u32 tiles = shared_address(shared);
    i32 lane = threadIdx.x & 31, row = threadIdx.x / 32 * PerWarp, keys = block.first + block.count;

    // q and dy pass through what the keys and values will take, into registers.
    load_tile<D, BlockRows, Threads>(tiles, q + rows.q, shape.q_stride, block.count, dim);
    load_tile<D, BlockRows, Threads>(tiles + BlockRows * RowBytes, dy + rows.y, y_stride(shape), block.count, dim);
    cp_async_commit();
    terms += (i64)head * tokens + block.query;
    QueryTerms first = terms[least(row + (lane >> 2), block.count - 1)];
    QueryTerms second = terms[least(row + (lane >> 2) + 8, block.count - 1)];
    cp_async_wait<0>();
    __syncthreads();
    u32 q_operand[Steps][4], dy_operand[Steps][4];
    LaneRows<D> mine = LaneRows<D>::down(tiles + row * RowBytes);
#pragma unroll
    for (i32 step = 0; step < Steps; step++) {
        mine.load(q_operand[step], 0, step);
        mine.load(dy_operand[step], BlockRows, step);
    }
    __syncthreads();
    float sums[D / 8][4];
    clear(sums);
    load_tile<D, Keys, Threads>(tiles, k, shape.k_stride, least(keys, Keys), dim);
    load_tile<D, Keys, Threads>(tiles + Keys * RowBytes, v, shape.v_stride, least(keys, Keys), dim);
    cp_async_commit();
    u32 stage = 0;
#pragma unroll 1
    for (i32 key = 0; key < keys; key += Keys) {
        cp_async_wait<0>();
        __syncthreads();
        i32 next = key + Keys;
        if (next < keys) {
            u32 to = tiles + (StageBytes - stage);
            i32 count = least(keys - next, Keys);
            load_tile<D, Keys, Threads>(to, k + (i64)next * shape.k_stride, shape.k_stride, count, dim);
            load_tile<D, Keys, Threads>(to + Keys * RowBytes, v + (i64)next * shape.v_stride, shape.v_stride, count,
                                        dim);
            cp_async_commit();
        }
        // A warp that sees none of the keys has nothing to add.
        i32 ahead = block.first + row - key;
        if (row < block.count && ahead > -PerWarp) {
            LaneRows<D> across = LaneRows<D>::across(tiles + stage), down = LaneRows<D>::down(tiles + stage);
            float s[Keys / 8][4], ds[Keys / 8][4];
            clear(s);
            clear(ds);
#pragma unroll
            for (i32 step = 0; step < Steps; step++) {
                add_step<D, Keys>(s, q_operand[step], across, 0, step);
                add_step<D, Keys>(ds, dy_operand[step], across, Keys, step);
            }
            if (ahead < Keys - 1) {
                i32 last = ahead + (lane >> 2) - 2 * (lane & 3);
#pragma unroll
                for (i32 j = 0; j < Keys / 8; j++)
#pragma unroll
                    for (i32 e = 0; e < 4; e++) {
                        if (8 * j + (e & 1) > last + 8 * (e >> 1))
                            s[j][e] = unseen();
                    }
            }
#pragma unroll
            for (i32 j = 0; j < Keys / 8; j++)
#pragma unroll
                for (i32 e = 0; e < 4; e++) {
                    QueryTerms t = e < 2 ? first : second;
                    differentiate(s[j][e], ds[j][e], shape.scale * 1.44269504f, t.lse, t.delta);
                }
            add_rows<D, Keys>(sums, ds, down, 0);
        }
        stage = StageBytes - stage;
    }
    __syncthreads();
    if (row < block.count) {
        put_sums<D>(tiles, row, sums, shape.scale, shape.scale);
        sync_warp();
        store_rows<D, PerWarp>(tiles, row, dq + (i64)block.query * shape.dq_stride + head * dim, shape.dq_stride,
                               block.count, dim);
    }
}
