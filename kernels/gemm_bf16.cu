// Matrix products of bf16 with fp32 sums, on tensor cores:
//   D [M, N] = alpha (op(A) op(B) + op(A2) op(B2)) + bias + beta D, each row of D with the same bias [N].
// Row-major, each matrix with a stride of its own. The letters of a name say how A and B are stored: A n [M, K] or t
// [K, M]; B n [K, N] or t [N, K]; A2 and B2 alike, with a K of their own; k = 0 for none of them. D is fp32 or bf16,
// rounded once; it shares no memory with the operands. With beta = 0 it is not read. Any sizes, any strides. Where
// aligned, the addresses of A and B and their strides in bytes are multiples of 16: they are copied 16 bytes at a
// time. Otherwise element by element, slowly.
//
// An element is the sum over k in ascending order, 16 at a time, then over the k of A2 and B2: its bits depend on its
// row of A, its column of B, K and K2 alone, not on M, N, tile or alignment. Every element has one writer.
//
// Wide: tiles of 128 x 128, 128 threads, 48 KiB of dynamic shared memory: ceil(M / 128) ceil(N / 128) blocks. Narrow:
// tiles of 64 x 64, 128 threads, 32 KiB: ceil(M / 64) ceil(N / 64) blocks. Bytes that must move: 2 (M K + N K), and
// those of D once, twice with beta; each tile reads its rows of A and columns of B once.
//
// gemm_bf16_nn(GemmTerm first, GemmTerm second, GemmOutput output)
//   A [M, K], B [K, N]. Wide.
// gemm_bf16_nt(GemmTerm first, GemmTerm second, GemmOutput output)
//   A [M, K], B [N, K]. Wide.
// gemm_bf16_tn(GemmTerm first, GemmTerm second, GemmOutput output)
//   A [K, M], B [K, N]. Wide.
// gemm_bf16_tt(GemmTerm first, GemmTerm second, GemmOutput output)
//   A [K, M], B [N, K]. Wide.
// gemm_bf16_nn_narrow(GemmTerm first, GemmTerm second, GemmOutput output)
//   A [M, K], B [K, N]. Narrow.
// gemm_bf16_nt_narrow(GemmTerm first, GemmTerm second, GemmOutput output)
//   A [M, K], B [N, K]. Narrow.
// gemm_bf16_tn_narrow(GemmTerm first, GemmTerm second, GemmOutput output)
//   A [K, M], B [K, N]. Narrow.
// gemm_bf16_tt_narrow(GemmTerm first, GemmTerm second, GemmOutput output)
//   A [K, M], B [N, K]. Narrow.

#include "gemm.cuh"
#include "mma.cuh"

enum { BK = 32, Threads = 128, PartBytes = 16, PartElements = 8 };

struct GemmTerm {
    const bf16* a;
    const bf16* b;
    i32 k;
    i32 stride_a, stride_b;
    i32 aligned;  // 0 or 1
};

// By hand: NVRTC takes some of such pairs apart, and their halves meet in banks.
__device__ __forceinline__ void store_pair(u32 shared, float x, float y)
{
    asm volatile("st.shared.v2.f32 [%0], {%1, %2};" : : "r"(shared), "f"(x), "f"(y) : "memory");
}

// A tile of an operand in shared memory: Extent rows of D (or columns) by BK of k, in parts of 16 bytes. Where k is
// contiguous, a row of D has 64 bytes, four parts; otherwise a k has Extent elements. Parts are swizzled so that eight
// rows of one ldmatrix, and eight parts of one quarter of a warp's copy, lie in all 32 banks.
template <int Extent, bool KIsContiguous>
struct Panel {
    enum { Bytes = Extent * BK * 2, Parts = Bytes / PartBytes };
    enum { RowParts = KIsContiguous ? BK / PartElements : Extent / PartElements };

    static __device__ __forceinline__ u32 place(i32 row, i32 part)
    {
        i32 swizzle = KIsContiguous ? (row >> 1) & 3 : row & 7;
        return row * (RowParts * PartBytes) + (part ^ swizzle) * PartBytes;
    }

    // Queues the copy of elements first.. of the extent (below limit) and k.. (below k_limit) into shared memory; what
    // lies beyond becomes zero.
    static __device__ __forceinline__ void load(
        u32 shared, const bf16* from, i32 stride, i32 aligned, i32 first, i32 limit, i32 k, i32 k_limit)
    {
        i32 row0 = KIsContiguous ? first : k, column0 = KIsContiguous ? k : first;
        i32 rows = KIsContiguous ? limit : k_limit, columns = KIsContiguous ? k_limit : limit;
        if (aligned) {
#pragma unroll
            for (i32 n = 0; n < Parts / Threads; n++) {
                i32 row = (threadIdx.x + n * Threads) / RowParts, part = threadIdx.x % RowParts;
                i32 left = columns - (column0 + part * PartElements);
                left = row0 + row < rows ? (left < PartElements ? left : PartElements) : 0;
                i64 at = left > 0 ? (i64)(row0 + row) * stride + column0 + part * PartElements : 0;
                cp_async_16(shared + place(row, part), from + at, left > 0 ? left * 2 : 0);
            }
            return;
        }
#pragma unroll 1
        for (i32 n = 0; n < Parts / Threads; n++) {
            i32 row = (threadIdx.x + n * Threads) / RowParts, part = threadIdx.x % RowParts;
            i32 column = column0 + part * PartElements;
            const bf16* source = from + (i64)(row0 + row) * stride + column;
            u32 words[4];
#pragma unroll
            for (i32 w = 0; w < 4; w++) {
                u32 lower = 0, upper = 0;
                if (row0 + row < rows && column + 2 * w < columns)
                    lower = source[2 * w];
                if (row0 + row < rows && column + 2 * w + 1 < columns)
                    upper = source[2 * w + 1];
                words[w] = lower | upper << 16;
            }
            asm volatile("st.shared.v4.b32 [%0], {%1, %2, %3, %4};"
                         :
                         : "r"(shared + place(row, part)), "r"(words[0]), "r"(words[1]), "r"(words[2]), "r"(words[3])
                         : "memory");
        }
    }

    // Four 8 x 8 matrices of 16 elements of the extent, from `at` on, by 16 of k, from 16 half on: register 0 the first
    // eight of both; register 1 the next of the extent where ExtentFirst, else of k; register 3 the last of both.
    template <bool ExtentFirst>
    static __device__ __forceinline__ void fragment(u32 (&r)[4], u32 shared, i32 at, i32 half)
    {
        i32 lane = threadIdx.x & 31, low = lane >> 3 & 1, high = lane >> 4;
        i32 extent_part = ExtentFirst ? low : high, k_part = ExtentFirst ? high : low;
        if (KIsContiguous)
            ldmatrix_x4(r, shared + place(at + extent_part * 8 + (lane & 7), half * 2 + k_part));
        else
            ldmatrix_x4_trans(r, shared + place(half * 16 + k_part * 8 + (lane & 7), at / 8 + extent_part));
    }
};

template <int Rows, int Columns, int WarpRows, int WarpColumns, int Stages, bool ATransposed, bool BTransposed>
struct Product {
    using PanelA = Panel<Rows, !ATransposed>;
    using PanelB = Panel<Columns, BTransposed>;
    enum { I = WarpRows / 16, J = WarpColumns / 16, StageBytes = PanelA::Bytes + PanelB::Bytes };

    // Registers of a warp for 16 of k.
    struct Fragments {
        u32 a[I][4];
        u32 b[J][4];
    };

    // Queues the copies of a step, counted through both terms.
    static __device__ __forceinline__ void load_step(
        u32 tiles, i32 step, i32 first_steps, const GemmTerm& first, const GemmTerm& second, const GemmOutput& output,
        const GemmTile& tile)
    {
        u32 shared = tiles + step % Stages * StageBytes;
        bool is_first = step < first_steps;
        const bf16* a = is_first ? first.a : second.a;
        const bf16* b = is_first ? first.b : second.b;
        i32 k = (is_first ? step : step - first_steps) * BK, k_limit = is_first ? first.k : second.k;
        i32 stride_a = is_first ? first.stride_a : second.stride_a;
        i32 stride_b = is_first ? first.stride_b : second.stride_b;
        i32 aligned = is_first ? first.aligned : second.aligned;
        assume_global(a);
        assume_global(b);
        PanelA::load(shared, a, stride_a, aligned, tile.row, output.m, k, k_limit);
        PanelB::load(shared + PanelA::Bytes, b, stride_b, aligned, tile.column, output.n, k, k_limit);
    }

    static __device__ __forceinline__ void load_fragments(Fragments& f, u32 tiles, i32 step, i32 half, i32 row, i32 column)
    {
        u32 shared = tiles + step % Stages * StageBytes;
#pragma unroll
        for (i32 i = 0; i < I; i++)
            PanelA::template fragment<true>(f.a[i], shared, row + i * 16, half);
#pragma unroll
        for (i32 j = 0; j < J; j++)
            PanelB::template fragment<false>(f.b[j], shared + PanelA::Bytes, column + j * 16, half);
    }

    static __device__ __forceinline__ void multiply(float (&sums)[I][2 * J][4], const Fragments& f)
    {
#pragma unroll
        for (i32 i = 0; i < I; i++) {
#pragma unroll
            for (i32 j = 0; j < J; j++) {
                mma_bf16(sums[i][2 * j], f.a[i], f.b[j][0], f.b[j][1]);
                mma_bf16(sums[i][2 * j + 1], f.a[i], f.b[j][2], f.b[j][3]);
            }
        }
    }

    // By way of shared memory, 16 rows of a warp at a time, so that each lane has four neighbours and sectors are
    // written whole. Rows are 8 banks apart.
    static __device__ __forceinline__ void store(
        const float (&sums)[I][2 * J][4], float* shared, const GemmOutput& output, i32 row, i32 column)
    {
        enum { Stride = WarpColumns + 8, Fours = WarpColumns / 4 };
        u32 lane = threadIdx.x & 31;
        float* mine = shared + threadIdx.x / 32 * (16 * Stride);
#pragma unroll
        for (i32 i = 0; i < I; i++) {
            __syncwarp();
#pragma unroll
            for (i32 j = 0; j < 2 * J; j++) {
                u32 at = shared_address(mine + (lane >> 2) * Stride + j * 8 + (lane & 3) * 2);
                store_pair(at, sums[i][j][0], sums[i][j][1]);
                store_pair(at + 8 * Stride * sizeof(float), sums[i][j][2], sums[i][j][3]);
            }
            __syncwarp();
#pragma unroll 1
            for (i32 r = lane / Fours; r < 16; r += 32 / Fours) {
                i32 c = lane % Fours * 4;
                f32x4 x = *(const f32x4*)(mine + r * Stride + c);
                finish_four(output, row + i * 16 + r, column + c, x);
            }
        }
    }

    static __device__ __forceinline__ void run(const GemmTerm& first, const GemmTerm& second, const GemmOutput& output)
    {
        extern __shared__ u32x4 memory[];
        u32 tiles = shared_address(memory);
        GemmTile tile = tile_of_block(output, Rows, Columns);
        i32 warp = threadIdx.x / 32;
        i32 row = warp / (Columns / WarpColumns) * WarpRows, column = warp % (Columns / WarpColumns) * WarpColumns;
        i32 first_steps = (first.k + BK - 1) / BK, steps = first_steps + (second.k + BK - 1) / BK;
        float sums[I][2 * J][4] = {};
        Fragments even, odd;
#pragma unroll 1
        for (i32 s = 0; s < Stages - 1; s++) {
            if (s < steps)
                load_step(tiles, s, first_steps, first, second, output, tile);
            cp_async_commit();
        }
        cp_async_wait<Stages - 2>();
        __syncthreads();
        if (steps > 0)
            load_fragments(even, tiles, 0, 0, row, column);
#pragma unroll 1
        for (i32 step = 0; step < steps; step++) {
            load_fragments(odd, tiles, step, 1, row, column);
            // Into the stage of the step before, which every warp has read since the last barrier.
            if (step + Stages - 1 < steps)
                load_step(tiles, step + Stages - 1, first_steps, first, second, output, tile);
            cp_async_commit();
            multiply(sums, even);
            cp_async_wait<Stages - 2>();
            __syncthreads();
            if (step + 1 < steps)
                load_fragments(even, tiles, step + 1, 0, row, column);
            multiply(sums, odd);
        }
        // Copies are done, and no warp reads tiles any more.
        cp_async_wait<0>();
        __syncthreads();
        store(sums, (float*)memory, output, tile.row + row, tile.column + column);
    }
};

#define PRODUCT(name, a_transposed, b_transposed)                                                                    \
    KERNEL(Threads) name(GemmTerm first, GemmTerm second, GemmOutput output)                                         \
    {                                                                                                                \
        Product<128, 128, 64, 64, 3, a_transposed, b_transposed>::run(first, second, output);                        \
    }                                                                                                                \
    extern "C" __global__ void __launch_bounds__(Threads, 3) name##_narrow(GemmTerm first, GemmTerm second, GemmOutput output)                                \
    {                                                                                                                \
        Product<64, 64, 32, 32, 4, a_transposed, b_transposed>::run(first, second, output);                          \
    }

PRODUCT(gemm_bf16_nn, false, false)
PRODUCT(gemm_bf16_nt, false, true)
PRODUCT(gemm_bf16_tn, true, false)
PRODUCT(gemm_bf16_tt, true, true)
