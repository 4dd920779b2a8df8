// From one floating-point type to another, element by element. 256 threads a block, 8 elements a thread:
// ceil(count / 2048) blocks. The arrays do not overlap; any count from 0 on. Pointers of any alignment: where all are
// aligned to 4 elements, 4 are taken at a time. One element has one writer: the same bits every time.
//
// cast_f32_bf16(const float* source, bf16* destination, i64 count)
//   destination[i] = source[i], rounded to nearest, ties to even. Overwrites. What is too large becomes infinite, NaN
//   becomes 0x7FFF. Bytes that must move: 6 an element.
//
// cast_bf16_f32(const bf16* source, float* destination, i64 count)
//   destination[i] = source[i], exactly. Overwrites. NaN keeps its bits. Bytes that must move: 6 an element.
//
// cast_f16_f32(const f16* source, float* destination, i64 count)
//   destination[i] = source[i], exactly. Overwrites. NaN becomes some NaN. Bytes that must move: 6 an element.
//
// cast_f64_f32(const double* source, float* destination, i64 count)
//   destination[i] = source[i], rounded to nearest, ties to even; 2 at a time where they are aligned to 2. Overwrites.
//   What is too large becomes infinite, NaN becomes some NaN. Bytes that must move: 12 an element.

#include "quads.cuh"

enum { Threads = 256, Vector = 4, Stride = Threads * Vector, PerBlock = 2 * Stride };

// As it is stored.
struct f16 {
    unsigned short bits;
};

struct alignas(16) f64x2 {
    double x, y;
};

struct alignas(8) f32x2 {
    float x, y;
};

__device__ __forceinline__ bool is_aligned(const void* pointer, i64 bytes)
{
    return ((i64)pointer & (bytes - 1)) == 0;
}

__device__ __forceinline__ float to_f32(f16 x)
{
    float y;
    asm("cvt.f32.f16 %0, %1;" : "=f"(y) : "h"(x.bits));
    return y;
}

__device__ __forceinline__ float to_f32(double x)
{
    return (float)x;
}

__device__ __forceinline__ f32x4 load_whole_quad(const f16* from)
{
    u32x2 p = *(const u32x2*)from;
    return f32x4{
        to_f32(f16{(unsigned short)p.x}), to_f32(f16{(unsigned short)(p.x >> 16)}), to_f32(f16{(unsigned short)p.y}),
        to_f32(f16{(unsigned short)(p.y >> 16)})};
}

// A thread has two vectors, a stride apart: the lanes of a warp lie side by side in every access, so that sectors are
// used whole.
template <typename S, typename D>
__device__ __forceinline__ void cast(const S* source, D* destination, i64 count)
{
    i64 start = (i64)blockIdx.x * PerBlock, end = start + PerBlock;
    if (end <= count && is_quad_aligned(source) && is_quad_aligned(destination)) {
        i64 i = start + threadIdx.x * Vector, j = i + Stride;
        f32x4 a = load_whole_quad(source + i), b = load_whole_quad(source + j);
        store_whole_quad(destination + i, a);
        store_whole_quad(destination + j, b);
        return;
    }
#pragma unroll 1
    for (i64 i = start + threadIdx.x; i < end && i < count; i += Threads)
        store_rounded(destination + i, to_f32(source[i]));
}

KERNEL(Threads) cast_f32_bf16(const float* __restrict__ source, bf16* __restrict__ destination, i64 count)
{
    cast(source, destination, count);
}

KERNEL(Threads) cast_bf16_f32(const bf16* __restrict__ source, float* __restrict__ destination, i64 count)
{
    cast(source, destination, count);
}

KERNEL(Threads) cast_f16_f32(const f16* __restrict__ source, float* __restrict__ destination, i64 count)
{
    cast(source, destination, count);
}

KERNEL(Threads) cast_f64_f32(const double* __restrict__ source, float* __restrict__ destination, i64 count)
{
    // 16 bytes are two elements here.
    i64 start = (i64)blockIdx.x * PerBlock, end = start + PerBlock;
    if (end <= count && is_aligned(source, sizeof(f64x2)) && is_aligned(destination, sizeof(f32x2))) {
#pragma unroll
        for (i32 k = 0; k < PerBlock; k += 2 * Threads) {
            i64 i = start + k + 2 * threadIdx.x;
            f64x2 pair = *(const f64x2*)(source + i);
            *(f32x2*)(destination + i) = f32x2{to_f32(pair.x), to_f32(pair.y)};
        }
        return;
    }
#pragma unroll 1
    for (i64 i = start + threadIdx.x; i < end && i < count; i += Threads)
        destination[i] = to_f32(source[i]);
}
