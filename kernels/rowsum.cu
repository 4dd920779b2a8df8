// Sums over tokens, taken row by row of a batch, so that they do not depend on its split into micro-batches.
//
// add_rows_f32(const float* partial, i32 stride, i32 width, const i32* row_chunks, i32 rows, float* total)
//   total += the sum of row 0, then that of row 1, ...; the sum of row r is that of partial[c] over its chunks c, which
//   are row_chunks[r] to row_chunks[r + 1] - 1. It depends on the row alone: eight sums of every eighth chunk, in
//   order, added in order. partial [chunks], every stride elements width of them, total [width]; any alignment; rows may be
//   empty. 256 threads a block, ceil(width / 32) blocks. Bytes that must move: 4 width chunks.

#include "base.cuh"

enum { Threads = 256, Lanes = 32, Parts = Threads / Lanes };

KERNEL(Threads)
add_rows_f32(const float* __restrict__ partial, i32 stride, i32 width, const i32* __restrict__ row_chunks, i32 rows,
             float* __restrict__ total)
{
    __shared__ float sums[Parts][Lanes];
    i32 lane = threadIdx.x % Lanes, part = threadIdx.x / Lanes, column = blockIdx.x * Lanes + lane;
    bool is_inside = column < width;
    float all = is_inside && part == 0 ? total[column] : 0.0f;
#pragma unroll 1
    for (i32 row = 0; row < rows; row++) {
        i32 end = row_chunks[row + 1];
        float sum = 0;
        if (is_inside) {
#pragma unroll 4
            for (i32 c = row_chunks[row] + part; c < end; c += Parts)
                sum += partial[(i64)c * stride + column];
        }
        sums[part][lane] = sum;
        __syncthreads();
        if (part == 0) {
            for (i32 p = 1; p < Parts; p++)
                sum += sums[p][lane];
            all += sum;
        }
        __syncthreads();
    }
    if (is_inside && part == 0)
        total[column] = all;
}
