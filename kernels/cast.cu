// Between fp32 and bf16, element by element. 256 threads a block, 8 elements a thread: ceil(count / 2048) blocks.
// Pointers are 16-byte aligned; the arrays do not overlap; any count from 0 on. One element has one writer: the same
// bits every time. Bytes that must move: 6 an element.
//
// cast_f32_bf16(const float* source, bf16* destination, i64 count)
//   destination[i] = source[i], rounded to nearest, ties to even. Overwrites. What is too large becomes infinite, NaN
//   becomes 0x7FFF.
//
// cast_bf16_f32(const bf16* source, float* destination, i64 count)
//   destination[i] = source[i], exactly. Overwrites. NaN keeps its bits.

#include "base.cuh"

enum { Threads = 256, Vector = 4, Stride = Threads * Vector, PerBlock = 2 * Stride };

// A thread has two vectors, a stride apart: the lanes of a warp lie side by side in every access, so that sectors are
// used whole.
static __device__ i64 first_of_thread()
{
    return (i64)blockIdx.x * PerBlock + threadIdx.x * Vector;
}

KERNEL(Threads) cast_f32_bf16(const float* __restrict__ source, bf16* __restrict__ destination, i64 count)
{
    i64 i = first_of_thread(), j = i + Stride;
    if (j + Vector <= count) {
        f32x4 a = *(const f32x4*)(source + i), b = *(const f32x4*)(source + j);
        *(u32x2*)(destination + i) = u32x2{bf16x2_rn(a.x, a.y), bf16x2_rn(a.z, a.w)};
        *(u32x2*)(destination + j) = u32x2{bf16x2_rn(b.x, b.y), bf16x2_rn(b.z, b.w)};
        return;
    }
#pragma unroll 1
    for (; i < count; i += Stride) {
#pragma unroll 1
        for (i64 k = i; k < i + Vector && k < count; k++)
            destination[k] = bf16_rn(source[k]);
    }
}

KERNEL(Threads) cast_bf16_f32(const bf16* __restrict__ source, float* __restrict__ destination, i64 count)
{
    i64 i = first_of_thread(), j = i + Stride;
    if (j + Vector <= count) {
        u32x2 p = *(const u32x2*)(source + i), q = *(const u32x2*)(source + j);
        *(f32x4*)(destination + i) = f32x4{f32_lower(p.x), f32_upper(p.x), f32_lower(p.y), f32_upper(p.y)};
        *(f32x4*)(destination + j) = f32x4{f32_lower(q.x), f32_upper(q.x), f32_lower(q.y), f32_upper(q.y)};
        return;
    }
#pragma unroll 1
    for (; i < count; i += Stride) {
#pragma unroll 1
        for (i64 k = i; k < i + Vector && k < count; k++)
            destination[k] = f32_lower(source[k]);
    }
}
