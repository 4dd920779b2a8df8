// What the head says of whole rows of a batch.
//
// head_row_sums(const double* ce, const double* kl, const double* tail, const i32* targets, const i32* starts, double* sums)
//   sums[3 r] = the sum over the tokens of row r that have a target (>= 0) of ce, then of kl, then of e^tail. Row r has
//   tokens starts[r] to starts[r + 1] - 1. Overwrites. A block of 128 threads a row: thread t adds tokens t, t + 128, ...
//   of the row, then halves are added: it depends on the row alone. Bytes that must move: 28 a token.

#include "head.cuh"

enum { Threads = 128, Sums = 3 };

KERNEL(Threads)
head_row_sums(const double* __restrict__ ce, const double* __restrict__ kl, const double* __restrict__ tail,
              const i32* __restrict__ targets, const i32* __restrict__ starts, double* __restrict__ sums)
{
    __shared__ double shared[Sums][Threads];
    i32 row = blockIdx.x, end = starts[row + 1];
    double sum[Sums] = {0.0, 0.0, 0.0};
    for (i32 t = starts[row] + threadIdx.x; t < end; t += Threads) {
        if (targets[t] < 0)
            continue;
        sum[0] += ce[t];
        sum[1] += kl[t];
        sum[2] += exp_f64(tail[t]);
    }
    for (i32 k = 0; k < Sums; k++)
        shared[k][threadIdx.x] = sum[k];
    for (i32 half = Threads / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) {
            for (i32 k = 0; k < Sums; k++)
                shared[k][threadIdx.x] += shared[k][threadIdx.x + half];
        }
    }
    __syncthreads();
    if (threadIdx.x < Sums)
        sums[Sums * row + threadIdx.x] = shared[threadIdx.x][0];
}
