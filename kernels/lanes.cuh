// Lanes of a warp that look at each other. All 32 take part.
#pragma once

#include "base.cuh"

// The value of another lane.
__device__ __forceinline__ i32 shuffle(i32 x, i32 lane)
{
    i32 y;
    asm volatile("shfl.sync.idx.b32 %0, %1, %2, 31, -1;" : "=r"(y) : "r"(x), "r"(lane));
    return y;
}

__device__ __forceinline__ float shuffle(float x, i32 lane)
{
    float y;
    asm volatile("shfl.sync.idx.b32 %0, %1, %2, 31, -1;" : "=f"(y) : "f"(x), "r"(lane));
    return y;
}

// What lanes wrote to shared memory is seen by those that read it after this.
__device__ __forceinline__ void sync_warp()
{
    asm volatile("bar.warp.sync -1;" : : : "memory");
}

// A bit for each lane: whether it says so.
__device__ __forceinline__ u32 lanes_where(bool condition)
{
    u32 lanes;
    asm volatile("{ .reg .pred p; setp.ne.s32 p, %1, 0; vote.sync.ballot.b32 %0, p, -1; }"
                 : "=r"(lanes)
                 : "r"((i32)condition));
    return lanes;
}

// The lanes whose value is this lane's.
__device__ __forceinline__ u32 lanes_alike(i32 value)
{
    u32 lanes;
    asm volatile("match.any.sync.b32 %0, %1, -1;" : "=r"(lanes) : "r"(value));
    return lanes;
}

__device__ __forceinline__ u32 lanes_below(i32 lane)
{
    return (1u << lane) - 1;
}

__device__ __forceinline__ i32 count_of(u32 lanes)
{
    i32 count;
    asm("popc.b32 %0, %1;" : "=r"(count) : "r"(lanes));
    return count;
}
