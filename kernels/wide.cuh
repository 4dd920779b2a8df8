// Stores of 16 bytes.
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
