// Tiles of bf16 rows in shared memory, for the tensor cores. A row has D elements (the head's, then zeros) in parts of
// 16 bytes; parts are permuted by row so that neither ldmatrix, nor copies, nor results meet a bank twice.
#pragma once

#include "attention.cuh"

template <int D>
struct Tile {
    enum { RowBytes = 2 * D, Parts = D / 8, Steps = D / 16 };

    static __device__ __forceinline__ u32 permutation(i32 row)
    {
        return D % 64 == 0 ? row & 7 : (row >> 1) & 3;
    }

    static __device__ __forceinline__ u32 place(i32 row, i32 part)
    {
        return row * RowBytes + ((part ^ permutation(row)) << 4);
    }
};

// Where a lane finds its row for ldmatrix: of 16 rows from a multiple of 8 on and 16 columns.
template <int D>
struct LaneRows {
    u32 start, part;

    // Matrices in the order: rows 0-7 and 8-15 of columns 0-7, then of columns 8-15. Operand A; transposed, B of which
    // the tile's rows are k.
    static __device__ __forceinline__ LaneRows down(u32 tile)
    {
        i32 lane = threadIdx.x & 31;
        return LaneRows(tile, lane & 15, lane >> 4);
    }

    // In the order: columns 0-7 and 8-15 of rows 0-7, then of rows 8-15. Operand B of which the tile's rows are n.
    static __device__ __forceinline__ LaneRows across(u32 tile)
    {
        i32 lane = threadIdx.x & 31;
        return LaneRows(tile, (lane & 7) + ((lane >> 4) << 3), (lane >> 3) & 1);
    }

    __device__ __forceinline__ LaneRows(u32 tile, i32 row, u32 half)
        : start(tile + row * Tile<D>::RowBytes), part((half ^ Tile<D>::permutation(row)) << 4)
    {
    }

    // 16 rows from `row` on, 16 columns from 16 step on.
    __device__ __forceinline__ void load(u32 (&r)[4], i32 row, i32 step) const
    {
        ldmatrix_x4(r, address(row, step));
    }

    __device__ __forceinline__ void load_transposed(u32 (&r)[4], i32 row, i32 step) const
    {
        ldmatrix_x4_trans(r, address(row, step));
    }

private:
    // The permutation reaches no further than 2 or 4 steps: the rest is a constant beside a few registers.
    __device__ __forceinline__ u32 address(i32 row, i32 step) const
    {
        i32 reach = D % 64 == 0 ? 4 : 2;
        return start + ((step % reach << 5) ^ part) + (row * Tile<D>::RowBytes + step / reach * reach * 32);
    }
};

__device__ __forceinline__ void store_shared(u32 address, u32 value)
{
    asm volatile("st.shared.u32 [%0], %1;" : : "r"(address), "r"(value) : "memory");
}

__device__ __forceinline__ u32 load_shared(u32 address)
{
    u32 value;
    asm volatile("ld.shared.u32 %0, [%1];" : "=r"(value) : "r"(address) : "memory");
    return value;
}

__device__ __forceinline__ u32x4 load_shared_16(u32 address)
{
    u32x4 v;
    asm volatile("ld.shared.v4.u32 {%0, %1, %2, %3}, [%4];"
                 : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
                 : "r"(address)
                 : "memory");
    return v;
}

// Queues the copy of `count` rows (at least 1), `stride` elements apart, into a tile of Rows rows; the other rows
// become zero. Heads that are no multiple of 8 come element by element. A thread keeps to one part: of a tile of 96
// columns a quarter of the threads has none.
template <int D, int Rows, int Threads>
__device__ __forceinline__ void load_tile(u32 tile, const bf16* from, i32 stride, i32 count, i32 head_dim)
{
    i32 thread = thread_again();
    if (head_dim % 8 == 0) {
        enum { Parts = Tile<D>::Parts, Step = Threads / Parts / 8 * 8 };
        i32 row = thread / Parts, part = thread % Parts;
        bool inside = part * 8 < head_dim;
        const bf16* x = from + (inside ? part * 8 : 0);
        u32 to = tile + Tile<D>::place(row, part);
        if (Step * Parts == Threads || row < Step) {
#pragma unroll
            for (i32 i = 0; i < Rows; i += Step) {
                i32 r = row + i;
                cp_async_16(to + i * Tile<D>::RowBytes, x + least(r, count - 1) * stride, inside && r < count ? 16 : 0);
            }
        }
        return;
    }
#pragma unroll 1
    for (i32 at = thread; at < Rows * D / 2; at += Threads) {
        i32 row = at / (D / 2), column = at % (D / 2) * 2;
        const bf16* x = from + row * stride + column;
        u32 lower = row < count && column < head_dim ? x[0] : 0;
        u32 upper = row < count && column + 1 < head_dim ? x[1] : 0;
        store_shared(tile + Tile<D>::place(row, column / 8) + (column & 7) * 2, lower | upper << 16);
    }
}

// Puts 16 rows of fp32 sums, as mma leaves them, into a tile as bf16.
template <int D>
__device__ __forceinline__ void put_sums(u32 tile, i32 row, const float (&sums)[D / 8][4], float first, float second)
{
    i32 lane = threadIdx.x & 31, g = row + (lane >> 2), t = (lane & 3) * 4;
#pragma unroll
    for (i32 j = 0; j < D / 8; j++) {
        store_shared(tile + Tile<D>::place(g, j) + t, bf16x2_rn(sums[j][0] * first, sums[j][1] * first));
        store_shared(tile + Tile<D>::place(g + 8, j) + t, bf16x2_rn(sums[j][2] * second, sums[j][3] * second));
    }
}

// A warp writes rows of a tile, from `row` on, to memory: `to` belongs to row 0, and rows from `count` on do not exist.
template <int D, int Rows>
__device__ __forceinline__ void store_rows(u32 tile, i32 row, bf16* to, i32 stride, i32 count, i32 head_dim)
{
    i32 lane = threadIdx.x & 31;
    if (head_dim % 8 == 0) {
#pragma unroll
        for (i32 i = 0; i < Rows * Tile<D>::Parts / 32; i++) {
            i32 at = lane + i * 32, r = row + at / Tile<D>::Parts, part = at % Tile<D>::Parts;
            if (r < count && part * 8 < head_dim)
                store_16(to + (i64)r * stride + part * 8, load_shared_16(tile + Tile<D>::place(r, part)));
        }
        return;
    }
#pragma unroll 1
    for (i32 at = lane; at < Rows * D / 2; at += 32) {
        i32 r = row + at / (D / 2), column = at % (D / 2) * 2;
        u32 pair = load_shared(tile + Tile<D>::place(r, column / 8) + (column & 7) * 2);
        bf16* y = to + (i64)r * stride + column;
        if (r < count && column < head_dim)
            y[0] = (bf16)pair;
        if (r < count && column + 1 < head_dim)
            y[1] = (bf16)(pair >> 16);
    }
}

// Operand A, 16 rows by 16 columns, of the sums of two neighbouring products of 8 columns.
__device__ __forceinline__ void operand_of_sums(u32 (&a)[4], const float (&left)[4], const float (&right)[4])
{
    a[0] = bf16x2_rn(left[0], left[1]);
    a[1] = bf16x2_rn(left[2], left[3]);
    a[2] = bf16x2_rn(right[0], right[1]);
    a[3] = bf16x2_rn(right[2], right[3]);
}
