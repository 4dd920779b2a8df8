// Sums of rows and softmax of rows (in one pass over the row: running maximum and sum, then the values), and a
// transposition through shared memory.
#include "prelude.cuh"

// y[row] = sum of x[row, 0..n). One block a row, up to 32 whole warps.
extern "C" __global__ void row_sums(float* __restrict__ y, const float* __restrict__ x, int n)
{
    __shared__ float parts[32];
    int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    float sum = 0;
    for (int i = threadIdx.x; i < n; i += blockDim.x)
        sum += x[(u64)blockIdx.x * n + i];
    for (int d = 16; d > 0; d >>= 1)
        sum += shuffle_xor(sum, d);
    if (lane == 0)
        parts[warp] = sum;
    __syncthreads();
    if (warp == 0) {
        sum = lane < blockDim.x / 32 ? parts[lane] : 0;
        for (int d = 16; d > 0; d >>= 1)
            sum += shuffle_xor(sum, d);
        if (lane == 0)
            y[blockIdx.x] = sum;
    }
}

// y[row] = softmax(x[row]). One warp a row.
extern "C" __global__ void softmax(float* __restrict__ y, const float* __restrict__ x, int n)
{
    const float log2e = 1.44269504f;
    u64 row = (u64)blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32;
    int lane = threadIdx.x & 31;
    float most = -3.0e38f, sum = 0;
    for (int i = lane; i < n; i += 32) {
        float v = x[row * n + i] * log2e;
        float higher = v > most ? v : most;
        sum = sum * exp2_approx(most - higher) + exp2_approx(v - higher);
        most = higher;
    }
    for (int d = 16; d > 0; d >>= 1) {
        float other = shuffle_xor(most, d), others = shuffle_xor(sum, d);
        float higher = other > most ? other : most;
        sum = sum * exp2_approx(most - higher) + others * exp2_approx(other - higher);
        most = higher;
    }
    for (int i = lane; i < n; i += 32)
        y[row * n + i] = exp2_approx(x[row * n + i] * log2e - most) / sum;
}

// y[columns, rows] = x[rows, columns]^T, tiles of 32 x 32 by 32 x 8 threads, padded to 33 words a row.
extern "C" __global__ void transpose(float* __restrict__ y, const float* __restrict__ x, int rows, int columns)
{
    __shared__ float tile[32][33];
    int column = blockIdx.x * 32 + threadIdx.x;
    for (int j = threadIdx.y; j < 32; j += 8)
        if (column < columns && blockIdx.y * 32 + j < rows)
            tile[j][threadIdx.x] = x[(u64)(blockIdx.y * 32 + j) * columns + column];
    __syncthreads();
    int row = blockIdx.y * 32 + threadIdx.x;
    for (int j = threadIdx.y; j < 32; j += 8)
        if (row < rows && blockIdx.x * 32 + j < columns)
            y[(u64)(blockIdx.x * 32 + j) * rows + row] = tile[threadIdx.x][j];
}
