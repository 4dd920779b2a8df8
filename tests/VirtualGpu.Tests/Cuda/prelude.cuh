// What NVRTC and clang both need for the test kernels.
#pragma once
#if defined(__clang__)
#include <__clang_cuda_builtin_vars.h>
#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...) __attribute__((launch_bounds(__VA_ARGS__)))
#endif
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

// A shared address, as cp.async and ldmatrix take it.
__device__ __forceinline__ u32 shared_address(const void* p)
{
    u64 address;
    asm("cvta.to.shared.u64 %0, %1;" : "=l"(address) : "l"(p));
    return (u32)address;
}

__device__ __forceinline__ float shuffle_xor(float x, int lanes)
{
    float y;
    asm volatile("shfl.sync.bfly.b32 %0, %1, %2, 31, -1;" : "=f"(y) : "f"(x), "r"(lanes));
    return y;
}

__device__ __forceinline__ float exp2_approx(float x)
{
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}
