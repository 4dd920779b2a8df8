// A token's logits in a tile of the vocabulary, in the registers of its block: up to 8192, read once. Thread t holds
// columns 1024 j + 4 t to 1024 j + 4 t + 3 as vector j.
#pragma once

#include "head.cuh"

enum { Threads = 256, Warps = Threads / 32, Vectors = 8, Stride = 4 * Threads, Columns = Vectors * Stride };

// Logits of rows `start` to start + width - 1 of the head's weight.
struct HeadTile {
    float* logits;  // [tokens, width]
    i32 stride;     // elements from one token's logits to the next's, a multiple of 4
    i32 start;
    i32 width;  // at most 8192
};

// The first of a thread's columns in vector j.
__device__ __forceinline__ i32 column_of(i32 j)
{
    return j * Stride + 4 * (i32)threadIdx.x;
}

// Reads a row; columns from `width` on are -infinity.
__device__ __forceinline__ void load_row(f32x4 (&z)[Vectors], const float* row, i32 width)
{
#pragma unroll
    for (i32 j = 0; j < Vectors; j++) {
        i32 column = column_of(j);
        float nothing = minus_infinity();
        z[j] = f32x4{nothing, nothing, nothing, nothing};
        if (column + 4 <= width)
            z[j] = *(const f32x4*)(row + column);
        else if (column < width) {
            z[j].x = row[column];
            z[j].y = column + 1 < width ? row[column + 1] : nothing;
            z[j].z = column + 2 < width ? row[column + 2] : nothing;
        }
    }
}

// The larger; NaN where one of them is.
__device__ __forceinline__ float max_or_nan(float a, float b)
{
    float c;
    asm("max.NaN.f32 %0, %1, %2;" : "=f"(c) : "f"(a), "f"(b));
    return c;
}

__device__ __forceinline__ float max_of_row(const f32x4 (&z)[Vectors])
{
    float max = minus_infinity();
#pragma unroll
    for (i32 j = 0; j < Vectors; j++)
        max = max_or_nan(max, max_or_nan(max_or_nan(z[j].x, z[j].y), max_or_nan(z[j].z, z[j].w)));
    return max;
}

// The largest over the block's threads, in every thread; NaN where one is. The block has passed a barrier since the
// last call.
__device__ __forceinline__ float block_max(float x)
{
    __shared__ float largest[Warps];
#pragma unroll
    for (i32 lanes = 16; lanes > 0; lanes /= 2)
        x = max_or_nan(x, shuffle_xor(x, lanes));
    if (threadIdx.x % 32 == 0)
        largest[threadIdx.x / 32] = x;
    __syncthreads();
#pragma unroll
    for (i32 w = 0; w < Warps; w++)
        x = max_or_nan(x, largest[w]);
    return x;
}

// z = e^z / 2^unit; returns the sum of what lies within `width`. Vectors beyond are left alone.
__device__ __forceinline__ float exp_row(f32x4 (&z)[Vectors], i32 unit, i32 width)
{
    float lowest = lowest_of_unit(unit);
    f32x4 sum = {0.0f, 0.0f, 0.0f, 0.0f};
#pragma unroll
    for (i32 j = 0; j < Vectors; j++) {
        if (j * Stride >= width)
            break;
        z[j].x = exp_in_units(z[j].x, unit, lowest);
        z[j].y = exp_in_units(z[j].y, unit, lowest);
        z[j].z = exp_in_units(z[j].z, unit, lowest);
        z[j].w = exp_in_units(z[j].w, unit, lowest);
        sum.x += z[j].x;
        sum.y += z[j].y;
        sum.z += z[j].z;
        sum.w += z[j].w;
    }
    return (sum.x + sum.y) + (sum.z + sum.w);
}

// The sum over the block's threads in float64, in every lane of the first warp: one warp adds them, as float64 is slow
// on many devices.
__device__ __forceinline__ double block_sum(float x)
{
    __shared__ float sums[Threads];
    sums[threadIdx.x] = x;
    __syncthreads();
    if (threadIdx.x >= 32)
        return 0.0;
    double sum = 0.0;
#pragma unroll
    for (i32 w = 0; w < Warps; w++)
        sum += (double)sums[threadIdx.x + 32 * w];
    return warp_sum(sum);
}

__device__ __forceinline__ void store_vector(float* row, const f32x4& x)
{
    *(f32x4*)row = x;
}

__device__ __forceinline__ void store_vector(bf16* row, const f32x4& x)
{
    *(u32x2*)row = u32x2{bf16x2_rn(x.x, x.y), bf16x2_rn(x.z, x.w)};
}

// Writes a row; of its last vector, columns beyond `width` too.
template <typename P>
__device__ __forceinline__ void store_row(P* row, const f32x4 (&x)[Vectors], i32 width)
{
#pragma unroll
    for (i32 j = 0; j < Vectors; j++) {
        if (column_of(j) < width)
            store_vector(row + column_of(j), x[j]);
    }
}
