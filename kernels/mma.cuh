// Tensor-core products of bf16, and the ways that operands take into them. g = lane / 4, t = lane % 4; registers hold
// two bf16, the lower half the lower index (PTX ISA, "Matrix Fragments for mma.m16n8k16").
#pragma once

#include "base.cuh"

// A shared address, as ldmatrix and cp.async take it.
__device__ __forceinline__ u32 shared_address(const void* p)
{
    unsigned long long address;
    asm("cvta.to.shared.u64 %0, %1;" : "=l"(address) : "l"(p));
    return (u32)address;
}

// d += a b: d 16 x 8 fp32 (rows g, g + 8; columns 2t, 2t + 1), a 16 x 16 (registers: rows g, g + 8 of columns 2t..,
// then of columns 2t + 8..), b 16 x 8 (rows 2t.., 2t + 8..; column g).
__device__ __forceinline__ void mma_bf16(float (&d)[4], const u32 (&a)[4], u32 b0, u32 b1)
{
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// Four 8 x 8 matrices of bf16: lane 8 i + r names row r of matrix i (16 bytes, aligned); register i of a lane receives
// row g, columns 2t and 2t + 1 of matrix i.
__device__ __forceinline__ void ldmatrix_x4(u32 (&r)[4], u32 row)
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(row)
                 : "memory");
}

// The same, transposed: register i receives rows 2t and 2t + 1, column g of matrix i.
__device__ __forceinline__ void ldmatrix_x4_trans(u32 (&r)[4], u32 row)
{
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(row)
                 : "memory");
}

// Queues a copy of 16 bytes into shared memory, past the L1 cache; what lies beyond the first `bytes` (0 to 16) becomes
// zero and is not read.
__device__ __forceinline__ void cp_async_16(u32 shared, const void* global, i32 bytes = 16)
{
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" : : "r"(shared), "l"(global), "r"(bytes) : "memory");
}

// Closes a group of the copies queued since the last.
__device__ __forceinline__ void cp_async_commit()
{
    asm volatile("cp.async.commit_group;" : : : "memory");
}

// Waits until at most the newest Pending groups are under way. A barrier makes what landed visible to other threads.
template <int Pending>
__device__ __forceinline__ void cp_async_wait()
{
    asm volatile("cp.async.wait_group %0;" : : "n"(Pending) : "memory");
}
