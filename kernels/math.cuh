// Functions that the instruction set has only as approximations, made of correctly rounded operations: the same bits on
// every device.
#pragma once

#include "base.cuh"

// 2^x to within 2^-22 relative; results below 2^-126 are 0.
__device__ __forceinline__ float exp2_approx(float x)
{
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

// 2^n, for n from -126 to 127.
__device__ __forceinline__ float exp2_of_int(i32 n)
{
    return f32_of_bits((u32)(n + 127) << 23);
}

// e^x to within 1 ulp, subnormal results included; NaN stays NaN. x = n ln 2 + r; e^r by its series to r^7, which is
// right to 6e-9 for |r| <= ln 2 / 2; 2^n in two factors, since it may lie beyond what one fp32 holds.
__device__ __forceinline__ float exp_f32(float x)
{
    x = x < -104.0f ? -104.0f : x;
    x = x > 89.0f ? 89.0f : x;
    float n;
    asm("cvt.rni.f32.f32 %0, %1;" : "=f"(n) : "f"(x * 1.44269504f));
    float r = fma_rn(n, -0.693145752f, x);  // 16 bits of ln 2: the product is exact
    r = fma_rn(n, -1.42860677e-6f, r);
    float p = fma_rn(r, 1.98412698e-4f, 1.38888889e-3f);
    p = fma_rn(p, r, 8.33333333e-3f);
    p = fma_rn(p, r, 4.16666667e-2f);
    p = fma_rn(p, r, 0.166666667f);
    p = fma_rn(p, r, 0.5f);
    p = fma_rn(p, r, 1.0f);
    p = fma_rn(p, r, 1.0f);
    i32 whole = (i32)n, half = whole >> 1;
    return p * exp2_of_int(half) * exp2_of_int(whole - half);
}
