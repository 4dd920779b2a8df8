// What a product's kernel does with its sums, for sums that lie in memory: two products and a bias become a result that
// is rounded once.
//
// gemm_finish(const float* sums, i32 stride, GemmOutput output)
//   D = alpha sums + bias + beta D, in this order. sums [M, N], rows stride elements apart; D fp32 or bf16, with a
//   stride of its own; with beta = 0 it is not read. Where stride is a multiple of 4, sums is 16-byte aligned. 256
//   threads, four neighbours each: ceil(M ceil(N / 4) / 256) blocks. One element has one writer. Bytes that must move:
//   4 an element and those of D once, twice with beta.

#include "gemm.cuh"

enum { Threads = 256 };

KERNEL(Threads) gemm_finish(const float* __restrict__ sums, i32 stride, GemmOutput output)
{
    i32 fours = (output.n + 3) / 4;
    i64 i = (i64)blockIdx.x * Threads + threadIdx.x;
    if (i >= (i64)output.m * fours)
        return;
    i32 row = (i32)(i / fours), column = (i32)(i - (i64)row * fours) * 4;
    f32x4 four = load_four(sums, (i64)row * stride + column, output.n - column, false, stride % 4 == 0);
    finish_four(output, row, column, four);
}
