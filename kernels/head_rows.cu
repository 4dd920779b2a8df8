// What the head says of whole rows of a batch.
//
// head_row_sums(HeadFigures figures, const i32* targets, const i32* starts, double* sums)
//   sums[8 r + k] = the sum over the tokens of row r that have a target (>= 0) of figure k; of the third, a logarithm,
//   of its exponential. Row r has tokens starts[r] to starts[r + 1] - 1. Overwrites. A block of 128 threads a row:
//   thread t adds tokens t, t + 128, ... of the row, then halves are added: it depends on the row alone. Bytes that
//   must move: 68 a token.

#include "head.cuh"

enum { Threads = 128, Sums = 8, LogFigure = 2 };

// Each [T].
struct HeadFigures {
    const double* of[Sums];
};

KERNEL(Threads)
head_row_sums(HeadFigures figures, const i32* __restrict__ targets, const i32* __restrict__ starts,
              double* __restrict__ sums)
{
    __shared__ double shared[Sums][Threads];
    i32 row = blockIdx.x, end = starts[row + 1];
    double sum[Sums];
#pragma unroll
    for (i32 k = 0; k < Sums; k++)
        sum[k] = 0.0;
    for (i32 t = starts[row] + threadIdx.x; t < end; t += Threads) {
        if (targets[t] < 0)
            continue;
#pragma unroll
        for (i32 k = 0; k < Sums; k++) {
            double x = figures.of[k][t];
            sum[k] += k == LogFigure ? exp_f64(x) : x;
        }
    }
#pragma unroll
    for (i32 k = 0; k < Sums; k++)
        shared[k][threadIdx.x] = sum[k];
    for (i32 half = Threads / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) {
#pragma unroll
            for (i32 k = 0; k < Sums; k++)
                shared[k][threadIdx.x] += shared[k][threadIdx.x + half];
        }
    }
    __syncthreads();
    if (threadIdx.x < Sums)
        sums[Sums * row + threadIdx.x] = shared[threadIdx.x][0];
}
