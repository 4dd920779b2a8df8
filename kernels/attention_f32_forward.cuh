// The forward pass of attention_f32.cu.
#pragma once

// Logarithm of a sum: the approximation, then a step of Newton's method with the exact exponential.
__device__ __forceinline__ float log_f32(float x)
{
    float log2;
    asm("lg2.approx.f32 %0, %1;" : "=f"(log2) : "f"(x));
    float y = log2 * 0.693147181f;
    return y + fma_rn(x, exp_f32(-y), -1.0f);
}

KERNEL(Threads) attention_f32(
    const float* __restrict__ q, const float* __restrict__ k, const float* __restrict__ v, float* __restrict__ y,
    float* __restrict__ lse, const QueryBlock* __restrict__ blocks, AttentionShape shape)
{
    enum { Rows = 4, Queries = 64 };
    QueryBlock block = blocks[blockIdx.x / shape.query_heads];
    QueryRows rows(block, blockIdx.x % shape.query_heads, shape);
    i32 head = rows.head, dim = shape.head_dim;
    k += rows.k;
    v += rows.v;
    float* q_tile = (float*)shared;
    float *k_tile = q_tile + Queries * Stride, *v_tile = k_tile + Columns * Stride, *p_tile = v_tile + Columns * Stride;
    Part<Rows> part;
    i32 keys = block.first + block.count;
    load_rows<Queries>(q_tile, q + rows.q, shape.q_stride, block.count, dim);
    load_rows<Columns>(k_tile, k, shape.k_stride, least(keys, Columns), dim);
    cp_async_commit();
    f32x4 sums[Rows][D / 32] = {};
    float top[Rows], total[Rows] = {};
#pragma unroll
    for (i32 i = 0; i < Rows; i++)
        top[i] = unseen();
    // Values arrive during the scores, the next keys during the rest.
#pragma unroll 1
    for (i32 key = 0; key < keys; key += Columns) {
        float s[Rows][4];
        cp_async_wait<0>();
        __syncthreads();
        load_rows<Columns>(v_tile, v + (i64)key * shape.v_stride, shape.v_stride, least(keys - key, Columns), dim);
        cp_async_commit();
        part.dot(s, q_tile, k_tile, dim);
        cp_async_wait<0>();
        __syncthreads();
        i32 next = key + Columns;
        if (next < keys)
            load_rows<Columns>(k_tile, k + (i64)next * shape.k_stride, shape.k_stride, least(keys - next, Columns),
                               dim);
        cp_async_commit();
#pragma unroll
        for (i32 i = 0; i < Rows; i++) {
            i32 last = block.first + part.row + 4 * i - key;
            float highest = unseen(), sum = 0;
#pragma unroll
            for (i32 j = 0; j < 4; j++) {
                s[i][j] = part.lane + Group * j > last ? unseen() : s[i][j] * shape.scale;
                highest = max_of(highest, s[i][j]);
            }
            highest = max_of(top[i], row_max(highest));
            float shrink = exp_f32(top[i] - highest);
            top[i] = highest;
#pragma unroll
            for (i32 j = 0; j < 4; j++) {
                s[i][j] = exp_f32(s[i][j] - highest);
                sum += s[i][j];
            }
            total[i] = fma_rn(total[i], shrink, sum);
#pragma unroll
            for (i32 c = 0; c < D / 32; c++)
                scale_by(sums[i][c], shrink);
        }
        sync_warp();
        part.put(p_tile, s);
        sync_warp();
        part.add(sums, p_tile, v_tile, dim);
    }
#pragma unroll
    for (i32 i = 0; i < Rows; i++) {
        float sum = row_sum(total[i]), inverse = div_rn(1.0f, sum);
        i32 query = part.row + 4 * i;
        if (lse && part.lane == 0 && query < block.count)
            lse[(i64)(block.query + query) * shape.query_heads + head] = top[i] + log_f32(sum);
#pragma unroll
        for (i32 c = 0; c < D / 32; c++)
            scale_by(sums[i][c], inverse);
    }
    part.store(y + rows.y, y_stride(shape), block.count, dim, sums, 1);
}
