// Sums and maxima over the 32 lanes of a warp: a butterfly, so that every lane has the result, and the same bits.
#pragma once

#include "base.cuh"

__device__ __forceinline__ float shuffle_xor(float x, i32 lanes)
{
    float y;
    asm volatile("shfl.sync.bfly.b32 %0, %1, %2, 31, -1;" : "=f"(y) : "f"(x), "r"(lanes));
    return y;
}

__device__ __forceinline__ i32 shuffle_xor(i32 x, i32 lanes)
{
    i32 y;
    asm volatile("shfl.sync.bfly.b32 %0, %1, %2, 31, -1;" : "=r"(y) : "r"(x), "r"(lanes));
    return y;
}

__device__ __forceinline__ double shuffle_xor(double x, i32 lanes)
{
    i32 lower, upper;
    asm("mov.b64 {%0, %1}, %2;" : "=r"(lower), "=r"(upper) : "d"(x));
    lower = shuffle_xor(lower, lanes);
    upper = shuffle_xor(upper, lanes);
    double y;
    asm("mov.b64 %0, {%1, %2};" : "=d"(y) : "r"(lower), "r"(upper));
    return y;
}

template <typename T>
__device__ __forceinline__ T warp_sum(T x)
{
#pragma unroll
    for (i32 lanes = 16; lanes > 0; lanes /= 2)
        x += shuffle_xor(x, lanes);
    return x;
}

// NaN is passed over, as max.f32 does.
__device__ __forceinline__ float max_of(float a, float b)
{
    float c;
    asm("max.f32 %0, %1, %2;" : "=f"(c) : "f"(a), "f"(b));
    return c;
}

__device__ __forceinline__ float warp_max(float x)
{
#pragma unroll
    for (i32 lanes = 16; lanes > 0; lanes /= 2)
        x = max_of(x, shuffle_xor(x, lanes));
    return x;
}
