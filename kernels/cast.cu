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

enum { Threads = 256, PerThread = 8 };

KERNEL(Threads) cast_f32_bf16(const float* __restrict__ source, bf16* __restrict__ destination, i64 count)
{
    i64 i = ((i64)blockIdx.x * Threads + threadIdx.x) * PerThread;
    if (i + PerThread <= count) {
        f32x4 a = *(const f32x4*)(source + i), b = *(const f32x4*)(source + i + 4);
        *(u32x4*)(destination + i) = u32x4{
            bf16x2_rn(a.x, a.y), bf16x2_rn(a.z, a.w), bf16x2_rn(b.x, b.y), bf16x2_rn(b.z, b.w)};
        return;
    }
#pragma unroll 1
    for (; i < count; i++)
        destination[i] = bf16_rn(source[i]);
}

KERNEL(Threads) cast_bf16_f32(const bf16* __restrict__ source, float* __restrict__ destination, i64 count)
{
    i64 i = ((i64)blockIdx.x * Threads + threadIdx.x) * PerThread;
    if (i + PerThread <= count) {
        u32x4 p = *(const u32x4*)(source + i);
        *(f32x4*)(destination + i) = f32x4{f32_lower(p.x), f32_upper(p.x), f32_lower(p.y), f32_upper(p.y)};
        *(f32x4*)(destination + i + 4) = f32x4{f32_lower(p.z), f32_upper(p.z), f32_lower(p.w), f32_upper(p.w)};
        return;
    }
#pragma unroll 1
    for (; i < count; i++)
        destination[i] = f32_lower(source[i]);
}
