// Matrix products in fp32, by fused multiply-adds:
//   D [M, N] = alpha op(A) op(B) + bias + beta D, each row of D with the same bias [N].
// For runs that are compared with the CPU. Row-major, each matrix with a stride of its own; any sizes, any strides. D
// shares no memory with the operands; with beta = 0 it is not read.
//
// gemm_f32(GemmF32Operand a, GemmF32Operand b, i32 k, GemmOutput output)
//   A is stored [M, K] or, transposed, [K, M]; B [K, N] or, transposed, [N, K]; either is fp32 or bf16, which is
//   widened exactly. D is fp32, or bf16 rounded once. Where aligned, four neighbours of a stored row are aligned to
//   their size together. 128 threads, tiles of 64 x 128: ceil(M / 64) ceil(N / 128) blocks, 32 KiB of static shared
//   memory. k is summed 64 at a time, in ascending order, each from zero, and the sums are added in order: the error
//   grows with the root of 64 and of K / 64, not of K. An element's bits depend on its row of A, its column of B and K
//   alone, and it has one writer. Bytes that must move: each tile reads its rows of A and columns of B once; those of
//   D once, twice with beta.

#include "gemm.cuh"

// Tiles are BM x BN of D by BK of k; a thread has RM rows and 8 columns of D. Chunk is a multiple of BK.
enum { Threads = 128, BM = 64, BN = 128, BK = 16, Chunk = 64 };

struct GemmF32Operand {
    const void* x;
    i32 stride;
    i32 is_transposed;  // 0 or 1, as all that follow
    i32 is_bf16;
    i32 is_aligned;
};

// A tile of an operand in shared memory, [BK][Extent], k by k: four neighbours of a k at a time are read by a thread.
// They are swizzled so that a column of k, which is what is written where k is contiguous, meets no bank twice.
template <int Extent>
struct Panel {
    enum { Fours = Extent * BK / 4 / Threads };

    static __device__ __forceinline__ i32 place(i32 k, i32 element)
    {
        return k * Extent + (element ^ (k >> 2 & 3) * 8);
    }

    // Four neighbours of a stored row each, by coordinates (extent, k): where k is contiguous 4 lanes read 16 of k.
    static __device__ __forceinline__ void coordinates(i32 n, bool k_is_contiguous, i32& element, i32& k)
    {
        i32 i = (threadIdx.x + n * Threads);
        element = k_is_contiguous ? i / (BK / 4) : i % (Extent / 4) * 4;
        k = k_is_contiguous ? i % (BK / 4) * 4 : i / (Extent / 4);
    }

    static __device__ __forceinline__ void read(
        f32x4 (&fours)[Fours], const GemmF32Operand& o, bool k_is_contiguous, i32 first, i32 limit, i32 k0, i32 k_limit)
    {
        assume_global(o.x);
#pragma unroll
        for (i32 n = 0; n < Fours; n++) {
            i32 element, k;
            coordinates(n, k_is_contiguous, element, k);
            element += first;
            k += k0;
            i32 row = k_is_contiguous ? element : k, column = k_is_contiguous ? k : element;
            i32 rows = k_is_contiguous ? limit : k_limit, columns = k_is_contiguous ? k_limit : limit;
            fours[n] = f32x4{0, 0, 0, 0};
            if (row < rows && column < columns)
                fours[n] = load_four(o.x, (i64)row * o.stride + column, columns - column, o.is_bf16, o.is_aligned);
        }
    }

    static __device__ __forceinline__ void write(float* shared, const f32x4 (&fours)[Fours], bool k_is_contiguous)
    {
#pragma unroll
        for (i32 n = 0; n < Fours; n++) {
            i32 element, k;
            coordinates(n, k_is_contiguous, element, k);
            if (k_is_contiguous) {
                shared[place(k, element)] = fours[n].x;
                shared[place(k + 1, element)] = fours[n].y;
                shared[place(k + 2, element)] = fours[n].z;
                shared[place(k + 3, element)] = fours[n].w;
            } else {
                *(f32x4*)(shared + place(k, element)) = fours[n];
            }
        }
    }
};

using PanelA = Panel<BM>;
using PanelB = Panel<BN>;

struct Tiles {
    float a[2][BM * BK];
    float b[2][BN * BK];
};

union Shared {
    Tiles tiles;
    f32x4 fours[BM * BN / 4 / Threads][Threads];
};

// The 8 x 8 of a thread: rows 4 row.. and BM / 2 further, columns 4 column.. and BN / 2 further. A warp is 4 rows of
// threads by 8 columns: a quarter of it reads 128 bytes of B in a row and one four of A.
__device__ __forceinline__ void multiply(float (&sums)[8][8], const float* a, const float* b, i32 row, i32 column)
{
#pragma unroll
    for (i32 k = 0; k < BK; k++) {
        f32x4 a0 = *(const f32x4*)(a + PanelA::place(k, row * 4));
        f32x4 a1 = *(const f32x4*)(a + PanelA::place(k, BM / 2 + row * 4));
        f32x4 b0 = *(const f32x4*)(b + PanelB::place(k, column * 4));
        f32x4 b1 = *(const f32x4*)(b + PanelB::place(k, BN / 2 + column * 4));
        float x[8] = {a0.x, a0.y, a0.z, a0.w, a1.x, a1.y, a1.z, a1.w};
        float y[8] = {b0.x, b0.y, b0.z, b0.w, b1.x, b1.y, b1.z, b1.w};
#pragma unroll
        for (i32 i = 0; i < 8; i++) {
#pragma unroll
            for (i32 j = 0; j < 8; j++)
                sums[i][j] = fma_rn(x[i], y[j], sums[i][j]);
        }
    }
}

// totals += sums, and sums = 0.
__device__ __forceinline__ void close_chunk(float (&totals)[8][8], float (&sums)[8][8])
{
#pragma unroll
    for (i32 i = 0; i < 8; i++) {
#pragma unroll
        for (i32 j = 0; j < 8; j++) {
            totals[i][j] += sums[i][j];
            sums[i][j] = 0;
        }
    }
}

KERNEL(Threads) gemm_f32(GemmF32Operand a, GemmF32Operand b, i32 k, GemmOutput output)
{
    __shared__ Shared shared;
    GemmTile tile = tile_of_block(output, BM, BN);
    i32 warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
    i32 row = (warp >> 1) * 4 + (lane >> 3), column = (warp & 1) * 8 + (lane & 7);
    float sums[8][8] = {}, totals[8][8] = {};
    f32x4 next_a[PanelA::Fours], next_b[PanelB::Fours];
    i32 stage = 0;
    // The first round only reads.
#pragma unroll 1
    for (i32 k0 = -BK; k0 < k; k0 += BK, stage ^= 1) {
        bool is_last = k0 + BK >= k;
        if (!is_last) {
            PanelA::read(next_a, a, !a.is_transposed, tile.row, output.m, k0 + BK, k);
            PanelB::read(next_b, b, b.is_transposed, tile.column, output.n, k0 + BK, k);
        }
        if (k0 >= 0)
            multiply(sums, shared.tiles.a[stage], shared.tiles.b[stage], row, column);
        if ((k0 + BK) % Chunk == 0)
            close_chunk(totals, sums);
        if (!is_last) {
            PanelA::write(shared.tiles.a[stage ^ 1], next_a, !a.is_transposed);
            PanelB::write(shared.tiles.b[stage ^ 1], next_b, b.is_transposed);
        }
        __syncthreads();
    }
    close_chunk(totals, sums);
    // By way of shared memory, a thread what it wrote itself, since registers have no loops.
#pragma unroll
    for (i32 i = 0; i < 8; i++) {
        shared.fours[2 * i][threadIdx.x] = f32x4{totals[i][0], totals[i][1], totals[i][2], totals[i][3]};
        shared.fours[2 * i + 1][threadIdx.x] = f32x4{totals[i][4], totals[i][5], totals[i][6], totals[i][7]};
    }
#pragma unroll 1
    for (i32 i = 0; i < 16; i++) {
        i32 r = row * 4 + i / 2 % 4 + i / 8 * (BM / 2), c = column * 4 + i % 2 * (BN / 2);
        finish_four(output, tile.row + r, tile.column + c, shared.fours[i][threadIdx.x]);
    }
}
