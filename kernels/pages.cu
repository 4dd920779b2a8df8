// Rows of keys and values to and from the pages of a cache: what they hold does not matter, bytes move as they are.
//
// k, v are rows of `bytes` bytes; keys, values are entries of as many, one after another; entries has the entry of each
// of `rows` rows, each at most once where it is written. Pointers are 16-byte aligned. Where bytes and strides are
// multiples of 16 whole sectors move, else two bytes at a time; all are even. 256 threads, grid: rows. Overwrites. Bytes
// that must move: 4 bytes a row for its entry, and k and v twice.
//
// pages_store(const bf16* k, const bf16* v, i32 k_stride, i32 v_stride, bf16* keys, bf16* values, const i32* entries, i32 bytes)
//   keys[entries[i]] = k[i], values[entries[i]] = v[i]; strides are bytes from a row to the next.
//
// pages_load(bf16* k, bf16* v, const bf16* keys, const bf16* values, const i32* entries, i32 bytes)
//   k[i] = keys[entries[i]], v[i] = values[entries[i]], k and v row after row.

#include "base.cuh"

enum { Threads = 256 };

__device__ __forceinline__ void move(bf16* to, const bf16* from, i32 bytes, bool aligned)
{
    if (aligned) {
        for (i32 at = threadIdx.x; at < bytes / 16; at += Threads)
            ((u32x4*)to)[at] = ((const u32x4*)from)[at];
        return;
    }
    for (i32 at = threadIdx.x; at < bytes / 2; at += Threads)
        to[at] = from[at];
}

KERNEL(Threads) pages_store(
    const bf16* __restrict__ k, const bf16* __restrict__ v, i32 k_stride, i32 v_stride, bf16* __restrict__ keys,
    bf16* __restrict__ values, const i32* __restrict__ entries, i32 bytes)
{
    i64 entry = (i64)entries[blockIdx.x] * (bytes / 2);
    move(keys + entry, k + (i64)blockIdx.x * (k_stride / 2), bytes, (bytes | k_stride) % 16 == 0);
    move(values + entry, v + (i64)blockIdx.x * (v_stride / 2), bytes, (bytes | v_stride) % 16 == 0);
}

KERNEL(Threads) pages_load(
    bf16* __restrict__ k, bf16* __restrict__ v, const bf16* __restrict__ keys, const bf16* __restrict__ values,
    const i32* __restrict__ entries, i32 bytes)
{
    i64 row = (i64)blockIdx.x * (bytes / 2), entry = (i64)entries[blockIdx.x] * (bytes / 2);
    move(k + row, keys + entry, bytes, bytes % 16 == 0);
    move(v + row, values + entry, bytes, bytes % 16 == 0);
}
