// The backward pass of attention_f32.cu.
#pragma once

KERNEL(TermThreads) attention_terms_f32(
    const float* __restrict__ y, const float* __restrict__ dy, const float* __restrict__ lse,
    QueryTerms* __restrict__ terms, i32 tokens, AttentionShape shape)
{
    attention_terms<float, f32x4>(y, dy, lse, terms, tokens, shape, 1);
}

// p = exp(scale s - lse), ds = p (dp - delta); nothing where a query does not see a key.
__device__ __forceinline__ void differentiate(float& s, float& dp, bool sees, float scale, QueryTerms terms)
{
    float p = sees ? exp_f32(fma_rn(s, scale, -terms.lse)) : 0.0f;
    dp = p * (dp - terms.delta);
    s = p;
}

KERNEL(Threads) attention_dq_f32(
    const float* __restrict__ q, const float* __restrict__ k, const float* __restrict__ v, const float* __restrict__ dy,
    const QueryTerms* __restrict__ terms, float* __restrict__ dq, const QueryBlock* __restrict__ blocks, i32 tokens,
    AttentionShape shape)
{
    enum { Rows = 2, Queries = 32 };
    QueryBlock block = blocks[blockIdx.x / shape.query_heads];
    QueryRows rows(block, blockIdx.x % shape.query_heads, shape);
    i32 head = rows.head, dim = shape.head_dim;
    float *q_tile = (float*)shared, *dy_tile = q_tile + Queries * Stride, *k_tile = dy_tile + Queries * Stride;
    float *v_tile = k_tile + Columns * Stride, *ds_tile = v_tile + Columns * Stride;
    Part<Rows> part;
    load_rows<Queries>(q_tile, q + rows.q, shape.q_stride, block.count, dim);
    load_rows<Queries>(dy_tile, dy + rows.y, y_stride(shape), block.count, dim);
    QueryTerms mine[Rows];
#pragma unroll
    for (i32 i = 0; i < Rows; i++) {
        i32 query = least(part.row + 4 * i, block.count - 1);
        mine[i] = terms[(i64)head * tokens + block.query + query];
    }
    f32x4 sums[Rows][D / 32] = {};
    i32 keys = block.first + block.count;
#pragma unroll 1
    for (i32 key = 0; key < keys; key += Columns) {
        i32 count = least(keys - key, Columns);
        load_rows<Columns>(k_tile, k + rows.k + (i64)key * shape.k_stride, shape.k_stride, count, dim);
        load_rows<Columns>(v_tile, v + rows.v + (i64)key * shape.v_stride, shape.v_stride, count, dim);
        cp_async_commit();
        cp_async_wait<0>();
        __syncthreads();
        float s[Rows][4], ds[Rows][4];
        part.dot(s, q_tile, k_tile, dim);
        part.dot(ds, dy_tile, v_tile, dim);
#pragma unroll
        for (i32 i = 0; i < Rows; i++)
#pragma unroll
            for (i32 j = 0; j < 4; j++) {
                bool sees = key + part.lane + Group * j <= block.first + part.row + 4 * i;
                differentiate(s[i][j], ds[i][j], sees, shape.scale, mine[i]);
            }
        part.put(ds_tile, ds);
        sync_warp();
        part.add(sums, ds_tile, k_tile, dim);
        __syncthreads();
    }
    part.store(dq + (i64)block.query * shape.dq_stride + head * dim, shape.dq_stride, block.count, dim, sums,
               shape.scale);
}

KERNEL(Threads) attention_dkv_f32(
    const float* __restrict__ q, const float* __restrict__ k, const float* __restrict__ v, const float* __restrict__ dy,
    const QueryTerms* __restrict__ terms, float* __restrict__ dk, float* __restrict__ dv,
    const KeyBlock* __restrict__ blocks, i32 tokens, AttentionShape shape)
{
    enum { Rows = 2, Keys = 32 };
    i32 key_heads = shape.query_heads / shape.group, dim = shape.head_dim;
    KeyBlock block = blocks[blockIdx.x / key_heads];
    i32 key_head = blockIdx.x % key_heads;
    i32 key_column = key_head * dim;
    float *k_tile = (float*)shared, *v_tile = k_tile + Keys * Stride, *q_tile = v_tile + Keys * Stride;
    float *dy_tile = q_tile + Columns * Stride, *p_tile = dy_tile + Columns * Stride;
    float* ds_tile = p_tile + Keys * ScoreStride;
    Part<Rows> part;
    load_rows<Keys>(k_tile, k + (i64)block.token * shape.k_stride + key_column, shape.k_stride, block.count, dim);
    load_rows<Keys>(v_tile, v + (i64)block.token * shape.v_stride + key_column, shape.v_stride, block.count, dim);
    f32x4 dk_sums[Rows][D / 32] = {}, dv_sums[Rows][D / 32] = {};
    i32 head = key_head * shape.group, last = head + shape.group;
#pragma unroll 1
    for (i32 query = 0; head < last;) {
        i64 token = block.token + query;
        i32 count = least(block.queries - query, Columns);
        load_rows<Columns>(q_tile, q + token * shape.q_stride + head * dim, shape.q_stride, count, dim);
        load_rows<Columns>(dy_tile, dy + token * y_stride(shape) + head * dim, y_stride(shape), count, dim);
        cp_async_commit();
        QueryTerms theirs[4];
#pragma unroll
        for (i32 j = 0; j < 4; j++)
            theirs[j] = terms[(i64)head * tokens + block.token + query + least(part.lane + Group * j, count - 1)];
        cp_async_wait<0>();
        __syncthreads();
        float s[Rows][4], ds[Rows][4];
        part.dot(s, k_tile, q_tile, dim);
        part.dot(ds, v_tile, dy_tile, dim);
#pragma unroll
        for (i32 i = 0; i < Rows; i++)
#pragma unroll
            for (i32 j = 0; j < 4; j++) {
                i32 column = part.lane + Group * j;
                bool sees = part.row + 4 * i <= query + column && column < count;
                differentiate(s[i][j], ds[i][j], sees, shape.scale, theirs[j]);
            }
        part.put(p_tile, s);
        part.put(ds_tile, ds);
        sync_warp();
        part.add(dv_sums, p_tile, dy_tile, dim);
        part.add(dk_sums, ds_tile, q_tile, dim);
        __syncthreads();
        query += Columns;
        if (query >= block.queries) {
            query = 0;
            head++;
        }
    }
    part.store(dv + (i64)block.token * shape.dv_stride + key_column, shape.dv_stride, block.count, dim, dv_sums, 1);
    part.store(dk + (i64)block.token * shape.dk_stride + key_column, shape.dk_stride, block.count, dim, dk_sums,
               shape.scale);
}
