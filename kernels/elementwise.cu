// Sums of whole tensors, element by element.
//
// add_f32(const float* x, float* y, i64 count)
//   y += x. x may be y; other overlap is not allowed. 256 threads a block, 8 elements a thread: ceil(count / 2048)
//   blocks. Any count from 1 on; pointers of any alignment, those aligned to 16 bytes take 16 bytes at a time. One
//   element has one writer: the same bits every time. Bytes that must move: 12 an element.

#include "quads.cuh"

enum { Threads = 256, Vector = 4, Stride = Threads * Vector, PerBlock = 2 * Stride };

KERNEL(Threads) add_f32(const float* x, float* y, i64 count)
{
    i64 start = (i64)blockIdx.x * PerBlock, end = start + PerBlock;
    if (end <= count && is_quad_aligned(x) && is_quad_aligned(y)) {
        i64 i = start + Vector * threadIdx.x, j = i + Stride;
        f32x4 a = load_whole_quad(x + i), b = load_whole_quad(x + j);
        f32x4 c = load_whole_quad(y + i), d = load_whole_quad(y + j);
        store_whole_quad(y + i, c + a);
        store_whole_quad(y + j, d + b);
        return;
    }
#pragma unroll 1
    for (i64 i = start + threadIdx.x; i < end && i < count; i += Threads)
        y[i] += x[i];
}
