// Matrix products of bf16 with fp32 sums, on tensor cores:
//   D [M, N] = alpha (op(A) op(B) + op(A2) op(B2)) + bias + beta D, each row of D with the same bias [N].
// Row-major, each matrix with a stride of its own. The letters of a name say how A and B are stored: A n [M, K] or t
// [K, M]; B n [K, N] or t [N, K]; A2 and B2 alike, with a K of their own; k = 0 for none of them. D is fp32 or bf16,
// rounded once; it shares no memory with the operands. With beta = 0 it is not read. Any sizes, any strides. Where
// aligned, the addresses of A and B and their strides in bytes are multiples of 16: they are copied 16 bytes at a
// time. Otherwise element by element, slowly.
//
// B2 may be block-diagonal, of which the blocks alone are stored: three at most, of as many columns of D each as the
// second term says, all of the same K2. A2 [M, blocks K2] is then not transposed, and each tile reads the K2 columns of
// its own block.
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
#include "lanes.cuh"
#include "mma.cuh"

enum { BK = 32, Threads = 128, PartBytes = 16, PartElements = 8 };

// Of a multiprocessor: allows 168 registers a thread. Left alone, the compiler takes 128 and spills.
enum { NarrowBlocks = 3 };

struct GemmTerm {
    const bf16* a;
    const bf16* b;
    i32 k;
    i32 stride_a, stride_b;
    i32 aligned;  // 0 or 1
    // Of a second term: from these columns of D on, multiples of the tile, op(A2) is k and 2 k columns further right.
    i32 second_block, third_block;

    // Where the block of a tile's columns begins in a row of A2.
    __device__ __forceinline__ i32 columns_before(const GemmTile& tile) const
    {
        return ((tile.column >= second_block) + (tile.column >= third_block)) * k;
    }
};

// By hand: NVRTC takes some of such pairs apart, and their halves meet in banks.
__device__ __forceinline__ void store_pair(u32 shared, float x, float y)
{
    asm volatile("st.shared.v2.f32 [%0], {%1, %2};" : : "r"(shared), "f"(x), "f"(y) : "memory");
}

// Where a thread is in an operand, for copies of 16 bytes: it moves on by BK of k at a time.
struct Cursor {
    const bf16* from;  // of its first copy
    i32 stride;
    i32 k_left;  // elements of k from there on; negative beyond the end
    i32 across;  // where k is contiguous: rows of D from there on; else bytes of its part that exist
};

// A tile of an operand in shared memory: Extent rows of D (or columns) by BK of k, in parts of 16 bytes. Where k is
// contiguous, a row of D has 64 bytes, four parts; otherwise a k has Extent elements. Parts are swizzled so that eight
// rows of one ldmatrix, and eight parts of one quarter of a warp's copy, lie in all 32 banks.
template <int Extent, bool KIsContiguous>
struct Panel {
    enum { Bytes = Extent * BK * 2, Parts = Bytes / PartBytes, Copies = Parts / Threads };
    enum { RowParts = KIsContiguous ? BK / PartElements : Extent / PartElements, RowStep = Threads / RowParts };

    static __device__ __forceinline__ u32 place(u32 row, u32 part)
    {
        u32 swizzle = KIsContiguous ? (row >> 1) & 3 : row & 7;
        return row * (RowParts * PartBytes) + (part ^ swizzle) * PartBytes;
    }

    // At elements first.. of the extent, below limit, and the first of k.
    static __device__ __forceinline__ Cursor begin(const bf16* x, i32 stride, i32 first, i32 limit, i32 k)
    {
        i32 row = threadIdx.x / RowParts, column = threadIdx.x % RowParts * PartElements;
        if (KIsContiguous) {
            const bf16* from = x + (i64)(first + row) * stride + column;
            return Cursor{from, stride, k - column, limit - first - row};
        }
        i32 exist = limit - first - column;
        exist = exist < 0 ? 0 : exist < PartElements ? exist : PartElements;
        return Cursor{x + (i64)row * stride + first + column, stride, k - row, exist * 2};
    }

    // Queues the thread's copies into shared memory, and moves on. What lies beyond the operand becomes zero.
    static __device__ __forceinline__ void copy(u32 shared, Cursor& c)
    {
        u32 to = shared + place(threadIdx.x / RowParts, threadIdx.x % RowParts);
        i32 exist = c.k_left < 0 ? 0 : c.k_left < PartElements ? c.k_left : PartElements;
        const bf16* from = c.from;
#pragma unroll
        for (i32 n = 0; n < Copies; n++) {
            bool is_there = n * RowStep < (KIsContiguous ? c.across : c.k_left);
            i32 bytes = !is_there ? 0 : KIsContiguous ? exist * 2 : c.across;
            // RowStep is a multiple of 8: the swizzle is that of the first.
            cp_async_16(to + n * RowStep * RowParts * PartBytes, from, bytes);
            from += (i64)RowStep * c.stride;
        }
        c.from += KIsContiguous ? (i64)BK : (i64)BK * c.stride;
        c.k_left -= BK;
    }

    // Element by element, for operands that are not aligned.
    static __device__ __forceinline__ void gather(
        u32 shared, const bf16* x, i32 stride, i32 first, i32 limit, i32 k, i32 k_limit)
    {
        i32 row0 = KIsContiguous ? first : k, column0 = KIsContiguous ? k : first;
        i32 rows = KIsContiguous ? limit : k_limit, columns = KIsContiguous ? k_limit : limit;
#pragma unroll 1
        for (i32 n = 0; n < Copies; n++) {
            i32 row = threadIdx.x / RowParts + n * RowStep, part = threadIdx.x % RowParts;
            i32 left = row0 + row < rows ? columns - column0 - part * PartElements : 0;
            const bf16* from = x + (i64)(row0 + row) * stride + column0 + part * PartElements;
            u32 words[4];
#pragma unroll
            for (i32 w = 0; w < 4; w++) {
                u32 lower = 2 * w < left ? from[2 * w] : 0, upper = 2 * w + 1 < left ? from[2 * w + 1] : 0;
                words[w] = lower | upper << 16;
            }
            asm volatile("st.shared.v4.b32 [%0], {%1, %2, %3, %4};"
                         :
                         : "r"(shared + place(row, part)), "r"(words[0]), "r"(words[1]), "r"(words[2]), "r"(words[3])
                         : "memory");
        }
    }

    // A lane's place in the tile for fragment 0 of the first half. In that of any other, bits of the part are flipped
    // and rows are added. Register 1 of a fragment is the next eight of the extent where ExtentFirst, else of k.
    template <bool ExtentFirst>
    static __device__ __forceinline__ u32 lane_place(i32 at)
    {
        u32 lane = threadIdx.x & 31, low = lane >> 3 & 1, high = lane >> 4;
        u32 extent_part = ExtentFirst ? low : high, k_part = ExtentFirst ? high : low;
        return KIsContiguous ? place(at + extent_part * 8 + (lane & 7), k_part)
                             : place(k_part * 8 + (lane & 7), at / 8 + extent_part);
    }

    // Four 8 x 8 matrices: 16 elements of the extent, number i of its sixteens, by 16 of k, of which half is the first
    // or the second.
    static __device__ __forceinline__ void fragment(u32 (&r)[4], u32 shared, u32 lane_place, i32 i, i32 half)
    {
        if (KIsContiguous)
            ldmatrix_x4(r, shared + (lane_place ^ half * 2 * PartBytes) + i * 16 * RowParts * PartBytes);
        else
            ldmatrix_x4_trans(r, shared + (lane_place ^ i * 2 * PartBytes) + half * 16 * RowParts * PartBytes);
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

    // The copies of the steps, counted through both terms.
    struct Loads {
        Cursor a, b;
        i32 first_steps, steps;
        u32 to;  // the stage of the next
    };

    static __device__ __forceinline__ void begin(
        Loads& loads, const bf16* a, const bf16* b, i32 stride_a, i32 stride_b, i32 k, const GemmOutput& output,
        const GemmTile& tile)
    {
        assume_global(a);
        assume_global(b);
        loads.a = PanelA::begin(a, stride_a, tile.row, output.m, k);
        loads.b = PanelB::begin(b, stride_b, tile.column, output.n, k);
    }

    // Queues the copies of a step.
    static __device__ __forceinline__ void load_step(
        Loads& loads, u32 tiles, i32 step, const GemmTerm& first, const GemmTerm& second, const GemmOutput& output,
        const GemmTile& tile)
    {
        bool is_first = step < loads.first_steps;
        if (step == loads.first_steps)
            begin(loads, second.a + second.columns_before(tile), second.b, second.stride_a, second.stride_b, second.k, output, tile);
        if (is_first ? first.aligned : second.aligned) {
            PanelA::copy(loads.to, loads.a);
            PanelB::copy(loads.to + PanelA::Bytes, loads.b);
        } else {
            const bf16* a = is_first ? first.a : second.a + second.columns_before(tile);
            const bf16* b = is_first ? first.b : second.b;
            i32 k = (is_first ? step : step - loads.first_steps) * BK, k_limit = is_first ? first.k : second.k;
            assume_global(a);
            assume_global(b);
            PanelA::gather(
                loads.to, a, is_first ? first.stride_a : second.stride_a, tile.row, output.m, k, k_limit);
            PanelB::gather(
                loads.to + PanelA::Bytes, b, is_first ? first.stride_b : second.stride_b, tile.column, output.n, k,
                k_limit);
        }
        loads.to = next_stage(tiles, loads.to);
    }

    static __device__ __forceinline__ u32 next_stage(u32 tiles, u32 stage)
    {
        stage += StageBytes;
        return stage == tiles + Stages * StageBytes ? tiles : stage;
    }

    static __device__ __forceinline__ void load_fragments(Fragments& f, u32 stage, i32 half, u32 place_a, u32 place_b)
    {
#pragma unroll
        for (i32 i = 0; i < I; i++)
            PanelA::fragment(f.a[i], stage, place_a, i, half);
#pragma unroll
        for (i32 j = 0; j < J; j++)
            PanelB::fragment(f.b[j], stage + PanelA::Bytes, place_b, j, half);
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
            sync_warp();
#pragma unroll
            for (i32 j = 0; j < 2 * J; j++) {
                u32 at = shared_address(mine + (lane >> 2) * Stride + j * 8 + (lane & 3) * 2);
                store_pair(at, sums[i][j][0], sums[i][j][1]);
                store_pair(at + 8 * Stride * sizeof(float), sums[i][j][2], sums[i][j][3]);
            }
            sync_warp();
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
        u32 tiles = shared_address(memory), stage = tiles;
        GemmTile tile = tile_of_block(output, Rows, Columns);
        i32 warp = threadIdx.x / 32;
        i32 row = warp / (Columns / WarpColumns) * WarpRows, column = warp % (Columns / WarpColumns) * WarpColumns;
        u32 place_a = PanelA::template lane_place<true>(row), place_b = PanelB::template lane_place<false>(column);
        float sums[I][2 * J][4] = {};
        Fragments even, odd;
        Loads loads;
        loads.first_steps = (first.k + BK - 1) / BK;
        loads.steps = loads.first_steps + (second.k + BK - 1) / BK;
        loads.to = tiles;
        begin(loads, first.a, first.b, first.stride_a, first.stride_b, first.k, output, tile);
#pragma unroll 1
        for (i32 s = 0; s < Stages - 1; s++) {
            if (s < loads.steps)
                load_step(loads, tiles, s, first, second, output, tile);
            cp_async_commit();
        }
        cp_async_wait<Stages - 2>();
        __syncthreads();
        if (loads.steps > 0)
            load_fragments(even, stage, 0, place_a, place_b);
#pragma unroll 1
        for (i32 step = 0; step < loads.steps; step++) {
            load_fragments(odd, stage, 1, place_a, place_b);
            // Into the stage of the step before, which every warp has read since the last barrier.
            if (step + Stages - 1 < loads.steps)
                load_step(loads, tiles, step + Stages - 1, first, second, output, tile);
            cp_async_commit();
            multiply(sums, even);
            cp_async_wait<Stages - 2>();
            __syncthreads();
            stage = next_stage(tiles, stage);
            if (step + 1 < loads.steps)
                load_fragments(even, stage, 0, place_a, place_b);
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
    extern "C" __global__ void __launch_bounds__(Threads, NarrowBlocks)                                              \
        name##_narrow(GemmTerm first, GemmTerm second, GemmOutput output)                                            \
    {                                                                                                                \
        Product<64, 64, 32, 32, 4, a_transposed, b_transposed>::run(first, second, output);                          \
    }

PRODUCT(gemm_bf16_nn, false, false)
PRODUCT(gemm_bf16_nt, false, true)
PRODUCT(gemm_bf16_tn, true, false)
PRODUCT(gemm_bf16_tt, true, true)
