// What the products of gemm_bf16.cu and gemm_f32.cu share: how a block finds its tile, and how sums become D.
#pragma once

#include "base.cuh"

// D [m, n] of a product, row-major, and what is done with the sums.
struct GemmOutput {
    void* d;
    const void* bias;  // [n], or null
    i32 m, n;
    i32 stride;        // elements from a row of d to the next
    i32 d_is_bf16;     // 0 or 1, as all that follow
    i32 bias_is_bf16;
    i32 d_is_aligned;  // four elements from a column that four divides are aligned to their size together
    float alpha, beta;
};

struct GemmTile {
    i32 row, column;  // of its first element
};

// Blocks that run at a time should share rows of A and columns of B, so that L2 holds them: tiles are counted through
// groups of 8 rows of tiles, column by column.
__device__ __forceinline__ GemmTile tile_of_block(const GemmOutput& output, i32 tile_rows, i32 tile_columns)
{
    enum { Group = 8 };
    i32 rows = (output.m + tile_rows - 1) / tile_rows, columns = (output.n + tile_columns - 1) / tile_columns;
    i32 block = blockIdx.x, group = block / (Group * columns), first = group * Group;
    i32 height = rows - first < Group ? rows - first : Group, within = block - group * Group * columns;
    return GemmTile{(first + within % height) * tile_rows, within / height * tile_columns};
}

// Four neighbours as fp32, of which those below count exist; the others are 0.
__device__ __forceinline__ f32x4 load_four(const void* from, i64 at, i32 count, bool is_bf16, bool is_aligned)
{
    if (is_bf16) {
        const bf16* p = (const bf16*)from + at;
        if (is_aligned && count >= 4) {
            u32x2 x = *(const u32x2*)p;
            return f32x4{f32_lower(x.x), f32_upper(x.x), f32_lower(x.y), f32_upper(x.y)};
        }
        return f32x4{
            f32_lower(p[0]), count > 1 ? f32_lower(p[1]) : 0, count > 2 ? f32_lower(p[2]) : 0,
            count > 3 ? f32_lower(p[3]) : 0};
    }
    const float* p = (const float*)from + at;
    if (is_aligned && count >= 4)
        return *(const f32x4*)p;
    return f32x4{p[0], count > 1 ? p[1] : 0, count > 2 ? p[2] : 0, count > 3 ? p[3] : 0};
}

__device__ __forceinline__ void store_four(void* to, i64 at, i32 count, bool is_bf16, bool is_aligned, f32x4 x)
{
    if (is_bf16) {
        bf16* p = (bf16*)to + at;
        u32x2 packed = {bf16x2_rn(x.x, x.y), bf16x2_rn(x.z, x.w)};
        if (is_aligned && count >= 4) {
            *(u32x2*)p = packed;
            return;
        }
        p[0] = (bf16)packed.x;
        if (count > 1)
            p[1] = (bf16)(packed.x >> 16);
        if (count > 2)
            p[2] = (bf16)packed.y;
        if (count > 3)
            p[3] = (bf16)(packed.y >> 16);
        return;
    }
    float* p = (float*)to + at;
    if (is_aligned && count >= 4) {
        *(f32x4*)p = x;
        return;
    }
    p[0] = x.x;
    if (count > 1)
        p[1] = x.y;
    if (count > 2)
        p[2] = x.z;
    if (count > 3)
        p[3] = x.w;
}

// d = alpha sum + bias + beta d, in this order, of four neighbours of a row; column is a multiple of 4. Nothing outside
// of D is touched.
__device__ __forceinline__ void finish_four(const GemmOutput& o, i32 row, i32 column, f32x4 sums)
{
    i32 count = o.n - column;
    if (row >= o.m || count <= 0)
        return;
    assume_global(o.d);
    assume_global(o.bias);
    i64 at = (i64)row * o.stride + column;
    f32x4 x = {o.alpha * sums.x, o.alpha * sums.y, o.alpha * sums.z, o.alpha * sums.w};
    if (o.bias) {
        f32x4 bias = load_four(o.bias, column, count, o.bias_is_bf16, false);
        x = f32x4{x.x + bias.x, x.y + bias.y, x.z + bias.z, x.w + bias.w};
    }
    if (o.beta != 0.0f) {
        f32x4 old = load_four(o.d, at, count, o.d_is_bf16, o.d_is_aligned);
        x.x = fma_rn(o.beta, old.x, x.x);
        x.y = fma_rn(o.beta, old.y, x.y);
        x.z = fma_rn(o.beta, old.z, x.z);
        x.w = fma_rn(o.beta, old.w, x.w);
    }
    store_four(o.d, at, count, o.d_is_bf16, o.d_is_aligned, x);
}
