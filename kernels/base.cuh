// What every kernel here builds on: fixed-width names, 16-byte vectors, bf16, and the few operations whose rounding
// matters, spelled so that NVRTC and clang compile them to the same instruction. Nothing outside this folder is
// included.
#pragma once

#if defined(__clang__)
#include "clang.cuh"
#endif

typedef int i32;
typedef unsigned int u32;
typedef long long i64;

// A bf16 as it is stored: the upper half of an fp32.
typedef unsigned short bf16;

struct alignas(16) f32x4 {
    float x, y, z, w;
};

struct alignas(8) u32x2 {
    u32 x, y;
};

struct alignas(16) u32x4 {
    u32 x, y, z, w;
};

// Constants of a kernel are enumerators: a variable, const or not, would be a symbol of the module.
#define KERNEL(threads) extern "C" __global__ void __launch_bounds__(threads)

// Tells the compiler that a pointer out of a table is one to global memory.
__device__ __forceinline__ void assume_global(const void* pointer)
{
#if defined(__clang__)
    __builtin_assume(__nvvm_isspacep_global(pointer));
#else
    __builtin_assume(__isGlobal(pointer));
#endif
}

// a b + c in one rounding.
__device__ __forceinline__ float fma_rn(float a, float b, float c)
{
#if defined(__clang__)
    return __builtin_fmaf(a, b, c);
#else
    return __fmaf_rn(a, b, c);
#endif
}

__device__ __forceinline__ double fma_rn(double a, double b, double c)
{
#if defined(__clang__)
    return __builtin_fma(a, b, c);
#else
    return __fma_rn(a, b, c);
#endif
}

// Correctly rounded, as IEEE 754 has it.
__device__ __forceinline__ float sqrt_rn(float x)
{
#if defined(__clang__)
    return __nvvm_sqrt_rn_f(x);
#else
    return __fsqrt_rn(x);
#endif
}

__device__ __forceinline__ float div_rn(float a, float b)
{
#if defined(__clang__)
    return __nvvm_div_rn_f(a, b);
#else
    return __fdiv_rn(a, b);
#endif
}

// Two fp32 rounded to bf16, to nearest, ties to even; the first in the lower half. NaN becomes 0x7FFF.
__device__ __forceinline__ u32 bf16x2_rn(float lower, float upper)
{
    u32 packed;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(upper), "f"(lower));
    return packed;
}

__device__ __forceinline__ bf16 bf16_rn(float x)
{
    return (bf16)bf16x2_rn(x, 0.0f);
}

// The fp32 with the given bits.
__device__ __forceinline__ float f32_of_bits(u32 bits)
{
    float x;
    asm("mov.b32 %0, %1;" : "=f"(x) : "r"(bits));
    return x;
}

// The fp32 of the lower and of the upper bf16: exact.
__device__ __forceinline__ float f32_lower(u32 packed)
{
    return f32_of_bits(packed << 16);
}

__device__ __forceinline__ float f32_upper(u32 packed)
{
    return f32_of_bits(packed & 0xFFFF0000u);
}
