// C[M,N] = A[M,K] B[N,K]^T in bf16 with fp32 sums. Tiles of 64 x 64 x 32, three stages of cp.async, rows of 64 bytes
// swizzled in 16-byte parts so that ldmatrix meets no bank twice. 128 threads; M, N multiples of 64, K of 32, K >= 64.
#include "prelude.cuh"
struct alignas(16) part {
    u32 words[4];
};

enum { BM = 64, BN = 64, BK = 32, Stages = 3, StageBytes = (BM + BN) * BK * 2 };

__device__ __forceinline__ u32 place(int row, int part)
{
    return row * 64 + ((part ^ ((row >> 1) & 3)) * 16);
}

__device__ __forceinline__ void load_tile(u32 to, const u16* from, u64 ld, int thread)
{
#pragma unroll
    for (int i = 0; i < 2; i++) {
        int row = (thread + 128 * i) / 4, part = (thread + 128 * i) % 4;
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16;"
                     :: "r"(to + place(row, part)), "l"(from + row * ld + part * 8) : "memory");
    }
}

extern "C" __global__ void __launch_bounds__(128) gemm(
    float* __restrict__ c, const u16* __restrict__ a, const u16* __restrict__ b, u64 n, u64 k)
{
    extern __shared__ part tiles[];
    int thread = threadIdx.x, warp = thread >> 5, lane = thread & 31;
    const u16* rows = a + (u64)blockIdx.y * BM * k;
    const u16* columns = b + (u64)blockIdx.x * BN * k;
    u32 base = shared_address(tiles);
    int steps = (int)(k / BK);
    float sums[2][4][4] = {};
    for (int s = 0; s < Stages - 1; s++) {
        load_tile(base + s * StageBytes, rows + s * BK, k, thread);
        load_tile(base + s * StageBytes + BM * 64, columns + s * BK, k, thread);
        asm volatile("cp.async.commit_group;");
    }
    for (int step = 0; step < steps; step++) {
        asm volatile("cp.async.wait_group %0;" :: "n"(Stages - 2) : "memory");
        __syncthreads();
        int next = step + Stages - 1;
        if (next < steps) {
            u32 to = base + (next % Stages) * StageBytes;
            load_tile(to, rows + next * BK, k, thread);
            load_tile(to + BM * 64, columns + next * BK, k, thread);
        }
        asm volatile("cp.async.commit_group;");
        u32 from = base + (step % Stages) * StageBytes;
#pragma unroll
        for (int half = 0; half < 2; half++) {
            u32 af[2][4], bf[4][2];
#pragma unroll
            for (int i = 0; i < 2; i++) {
                u32 at = from + place((warp >> 1) * 32 + i * 16 + (lane & 15), half * 2 + (lane >> 4));
                asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                             : "=r"(af[i][0]), "=r"(af[i][1]), "=r"(af[i][2]), "=r"(af[i][3]) : "r"(at) : "memory");
            }
#pragma unroll
            for (int j = 0; j < 4; j++) {
                u32 at = from + BM * 64 + place((warp & 1) * 32 + j * 8 + (lane & 7), half * 2 + ((lane >> 3) & 1));
                asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0,%1}, [%2];"
                             : "=r"(bf[j][0]), "=r"(bf[j][1]) : "r"(at) : "memory");
            }
#pragma unroll
            for (int i = 0; i < 2; i++)
#pragma unroll
                for (int j = 0; j < 4; j++)
                    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
                                 "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                                 : "+f"(sums[i][j][0]), "+f"(sums[i][j][1]), "+f"(sums[i][j][2]), "+f"(sums[i][j][3])
                                 : "r"(af[i][0]), "r"(af[i][1]), "r"(af[i][2]), "r"(af[i][3]), "r"(bf[j][0]),
                                   "r"(bf[j][1]));
        }
    }
#pragma unroll
    for (int i = 0; i < 2; i++)
#pragma unroll
        for (int j = 0; j < 4; j++)
#pragma unroll
            for (int h = 0; h < 2; h++) {
                u64 row = (u64)blockIdx.y * BM + (warp >> 1) * 32 + i * 16 + h * 8 + (lane >> 2);
                u64 column = (u64)blockIdx.x * BN + (warp & 1) * 32 + j * 8 + (lane & 3) * 2;
                // By hand: NVRTC takes some of these pairs apart, which costs a quarter more sectors.
                asm volatile("st.global.v2.f32 [%0], {%1, %2};"
                             :: "l"(c + row * n + column), "f"(sums[i][j][2 * h]), "f"(sums[i][j][2 * h + 1])
                             : "memory");
            }
}
