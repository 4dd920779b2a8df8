// Loads and stores of 16 bytes.
#pragma once

#include "base.cuh"

// 16 bytes at once: the compiler takes some such stores apart, which costs four times the sectors.
__device__ __forceinline__ void store_16(void* global, u32x4 v)
{
    asm volatile("st.global.v4.u32 [%0], {%1, %2, %3, %4};"
                 :
                 : "l"(global), "r"(v.x), "r"(v.y), "r"(v.z), "r"(v.w)
                 : "memory");
}

__device__ __forceinline__ void store_16(void* global, f32x4 v)
{
    asm volatile("st.global.v4.f32 [%0], {%1, %2, %3, %4};"
                 :
                 : "l"(global), "f"(v.x), "f"(v.y), "f"(v.z), "f"(v.w)
                 : "memory");
}

// As store_16, of memory that nothing writes while the kernel runs.
__device__ __forceinline__ void load_16(u32x4& v, const void* global)
{
    asm("ld.global.nc.v4.u32 {%0, %1, %2, %3}, [%4];" : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w) : "l"(global));
}

__device__ __forceinline__ void load_16(f32x4& v, const void* global)
{
    asm("ld.global.nc.v4.f32 {%0, %1, %2, %3}, [%4];" : "=f"(v.x), "=f"(v.y), "=f"(v.z), "=f"(v.w) : "l"(global));
}
