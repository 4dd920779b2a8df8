// Sums in float64, in an order that depends on the number of elements alone: the same bits every time, on every device.
// No atomics: a first kernel leaves a partial sum for each chunk, a second adds those. 256 threads a block.
//
// sum_squares_f32(const float* x, double* partial, i64 count)
//   partial[b] = sum of x[i]^2 over chunk b, which is elements 65536 b to 65536 (b + 1) - 1: ceil(count / 65536)
//   blocks. Overwrites. x of any alignment: 4 elements at a time where it is aligned to 16 bytes, with the same bits. A
//   square is exact in float64. An element that is infinite or NaN makes its chunk's sum so. Bytes that must move: 4 an
//   element.
//
// sum_f64(const double* x, double* total, i64 count)
//   total[0] = sum of x[i]. Overwrites. One block. Thread t adds elements t, t + 256, ...; then halves are added.

#include "quads.cuh"

enum { Threads = 256, Chunk = 65536 };

// The sum over the block's threads, in thread 0.
__device__ __forceinline__ double block_sum(double value)
{
    __shared__ double sums[Threads];
    sums[threadIdx.x] = value;
    for (int half = Threads / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half)
            sums[threadIdx.x] += sums[threadIdx.x + half];
    }
    return sums[0];
}

__device__ __forceinline__ double add_square(double sum, float x)
{
    return fma_rn((double)x, (double)x, sum);
}

KERNEL(Threads) sum_squares_f32(const float* __restrict__ x, double* __restrict__ partial, i64 count)
{
    i64 start = (i64)blockIdx.x * Chunk;
    i64 end = start + Chunk < count ? start + Chunk : count;
    double sum = 0;
    bool whole = is_quad_aligned(x);
    i64 i = start + 4 * (i64)threadIdx.x;
    for (; i + 4 <= end; i += 4 * Threads) {
        f32x4 a = load_quad(x + i, 4, whole);
        sum = add_square(add_square(add_square(add_square(sum, a.x), a.y), a.z), a.w);
    }
#pragma unroll 1
    for (; i < end; i++)
        sum = add_square(sum, x[i]);
    double total = block_sum(sum);
    if (threadIdx.x == 0)
        partial[blockIdx.x] = total;
}

KERNEL(Threads) sum_f64(const double* __restrict__ x, double* __restrict__ total, i64 count)
{
    double sum = 0;
    for (i64 i = threadIdx.x; i < count; i += Threads)
        sum += x[i];
    double all = block_sum(sum);
    if (threadIdx.x == 0)
        total[0] = all;
}
