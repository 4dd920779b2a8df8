// The gradient of keys and values, of attention_backward.cu: a block owns 64 keys of a head and goes over the queries
// that see them, of all heads that share it. Scores are taken transposed, keys by queries: they are operands of both
// sums as they are.
#pragma once

// Queues the copies of Queries rows of q and dy and of their terms into a stage.
template <int D, int Queries>
__device__ __forceinline__ void load_queries(u32 stage, const bf16* q, const bf16* dy, const QueryTerms* terms,
                                             const AttentionShape& shape, i32 count)
{
    load_tile<D, Queries, Threads>(stage, q, shape.q_stride, count, shape.head_dim);
    load_tile<D, Queries, Threads>(stage + Queries * Tile<D>::RowBytes, dy, y_stride(shape), count, shape.head_dim);
    i32 thread = thread_again();
    if (thread < Queries) {
        cp_async<8>(stage + 2 * Queries * Tile<D>::RowBytes + 8 * thread, terms + least(thread, count - 1),
                    thread < count ? 8 : 0);
    }
    cp_async_commit();
}

template <int D, int Queries>
__device__ __forceinline__ void attention_dkv(const bf16* q, const bf16* k, const bf16* v, const bf16* dy,
                                              const QueryTerms* terms, bf16* dk, bf16* dv, const KeyBlock* blocks,
                                              i32 tokens, const AttentionShape& shape)
{
    // Large heads leave registers for two blocks a multiprocessor at most: then k stays in them. Small ones have three.
    enum { RowBytes = Tile<D>::RowBytes, Steps = Tile<D>::Steps, StageBytes = 2 * Queries * RowBytes + 8 * Queries,
           Keeps = D > 64 };
    i32 key_heads = shape.query_heads / shape.group, dim = shape.head_dim;
    KeyBlock block = blocks[blockIdx.x / key_heads];
    i32 head = blockIdx.x % key_heads * shape.group, last_head = head + shape.group;
    i32 key_column = blockIdx.x % key_heads * dim;
    q += (i64)block.token * shape.q_stride;
    dy += (i64)block.token * y_stride(shape);
    terms += block.token;
    u32 k_tile = shared_address(shared), v_tile = k_tile + BlockRows * RowBytes, stages = v_tile + BlockRows * RowBytes;
    i32 lane = threadIdx.x & 31, row = threadIdx.x / 32 * PerWarp;
    load_tile<D, BlockRows, Threads>(k_tile, k + (i64)block.token * shape.k_stride + key_column, shape.k_stride,
                                     block.count, dim);
    load_tile<D, BlockRows, Threads>(v_tile, v + (i64)block.token * shape.v_stride + key_column, shape.v_stride,
                                     block.count, dim);
    load_queries<D, Queries>(stages, q + head * dim, dy + head * dim, terms + (i64)head * tokens, shape,
                             least(block.queries, Queries));
    LaneRows<D> mine = LaneRows<D>::down(k_tile + row * RowBytes);
    float dk_sums[D / 8][4], dv_sums[D / 8][4];
    clear(dk_sums);
    clear(dv_sums);
    u32 stage = 0, k_operand[Steps][4];
    i32 query = 0;
    if (Keeps) {
        cp_async_wait<0>();
        __syncthreads();
#pragma unroll
        for (i32 step = 0; step < Steps; step++)
            mine.load(k_operand[step], 0, step);
    }
#pragma unroll 1
    while (head < last_head) {
        cp_async_wait<0>();
        __syncthreads();
        i32 next = query + Queries, next_head = head;
        if (next >= block.queries) {
            next = 0;
            next_head++;
        }
        if (next_head < last_head) {
            load_queries<D, Queries>(stages + (StageBytes - stage), q + (i64)next * shape.q_stride + next_head * dim,
                                     dy + (i64)next * y_stride(shape) + next_head * dim,
                                     terms + (i64)next_head * tokens + next, shape,
                                     least(block.queries - next, Queries));
        }
        // A warp whose keys none of the queries sees has nothing to add.
        if (row < block.count && query + Queries > row) {
            u32 q_tile = stages + stage, terms_at = q_tile + 2 * Queries * RowBytes + 16 * (lane & 3);
            LaneRows<D> across = LaneRows<D>::across(q_tile), down = LaneRows<D>::down(q_tile);
            float s[Queries / 8][4], ds[Queries / 8][4];
            clear(s);
            clear(ds);
#pragma unroll
            for (i32 step = 0; step < Steps; step++) {
                u32 a[4];
                if (!Keeps)
                    mine.load(k_operand[step], 0, step);
                add_step<D, Queries>(s, k_operand[step], across, 0, step);
                mine.load(a, BlockRows, step);
                add_step<D, Queries>(ds, a, across, Queries, step);
            }
            if (query < row + PerWarp - 1) {
                i32 first = row + (lane >> 2) - 2 * (lane & 3) - query;
#pragma unroll
                for (i32 j = 0; j < Queries / 8; j++)
#pragma unroll
                    for (i32 e = 0; e < 4; e++) {
                        if (8 * j + (e & 1) < first + 8 * (e >> 1))
                            s[j][e] = unseen();
                    }
            }
#pragma unroll
            for (i32 j = 0; j < Queries / 8; j++) {
                // lse and delta of two neighbouring queries.
                u32x4 t = load_shared_16(terms_at + 64 * j);
#pragma unroll
                for (i32 e = 0; e < 4; e++) {
                    differentiate(s[j][e], ds[j][e], shape.scale * 1.44269504f, f32_of_bits(e & 1 ? t.z : t.x),
                                  f32_of_bits(e & 1 ? t.w : t.y));
                }
            }
            add_rows<D, Queries>(dv_sums, s, down, Queries);
            add_rows<D, Queries>(dk_sums, ds, down, 0);
        }
        stage = StageBytes - stage;
        query = next;
        head = next_head;
    }
    if (row < block.count) {
        sync_warp();
        put_sums<D>(k_tile, row, dk_sums, shape.scale, shape.scale);
        put_sums<D>(v_tile, row, dv_sums, 1, 1);
        sync_warp();
        store_rows<D, PerWarp>(k_tile, row, dk + (i64)block.token * shape.dk_stride + key_column, shape.dk_stride,
                               block.count, dim);
        store_rows<D, PerWarp>(v_tile, row, dv + (i64)block.token * shape.dv_stride + key_column, shape.dv_stride,
                               block.count, dim);
    }
}
