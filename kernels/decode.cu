// Linear layers for the few tokens of a decoding step: each weight is read once, at the speed of memory.
//   D [T, N] = alpha (x W^T + x2 W2^T) + bias + beta D, with T, N and the rest as gemm.cuh has them (m = T).
// x [T, K] and W [N, K] are row-major with strides of their own; x2 [T, K2] and W2 [N, K2] too, k = 0 for none. T is at
// most 16. D is fp32 or bf16, rounded once. Where aligned, addresses and strides of x and W are multiples of 16 bytes
// (in decode_f32, of four elements). A block of 256 threads has 16 rows of W: ceil(N / 16) blocks. Bits depend neither
// on the grid nor on N. Bytes that must move: those of W, and of x for every block (in decode_f32 for every row of W),
// out of the caches.
//
// decode_bf16(DecodeTerm first, DecodeTerm second, GemmOutput output)
//   x is bf16, W bf16 or, where w_is_bf16 is 0, fp32 that is rounded to bf16; sums are fp32, by tensor cores. Warps
//   share out k, 64 at a time; their sums are added in order.
// decode_f32(DecodeTerm first, DecodeTerm second, GemmOutput output)
//   x is fp32, W fp32 or, where w_is_bf16, bf16, widened exactly; fused multiply-adds. A warp has two of the rows, one
//   after the other; its lanes share out k, four at a time.

#include "gemm.cuh"
#include "mma.cuh"
#include "warp.cuh"

enum { Threads = 256, Warps = Threads / 32, Rows = 16, Tokens = 16, Chunk = 64 };

struct DecodeTerm {
    const void* x;
    const void* w;
    i32 k;
    i32 stride_x, stride_w;
    i32 aligned;    // 0 or 1, as all that follow
    i32 w_is_bf16;
    i32 unused;
};

// Eight neighbours as bf16.
__device__ __forceinline__ u32x4 load_eight(const bf16* p)
{
    return *(const u32x4*)p;
}

__device__ __forceinline__ u32x4 load_eight(const float* p)
{
    f32x4 a = ((const f32x4*)p)[0], b = ((const f32x4*)p)[1];
    return u32x4{bf16x2_rn(a.x, a.y), bf16x2_rn(a.z, a.w), bf16x2_rn(b.x, b.y), bf16x2_rn(b.z, b.w)};
}

__device__ __forceinline__ u32x4 load_edge(const bf16* p, i32 left)
{
    u32 words[4];
#pragma unroll
    for (i32 w = 0; w < 4; w++) {
        u32 lower = 2 * w < left ? p[2 * w] : 0, upper = 2 * w + 1 < left ? p[2 * w + 1] : 0;
        words[w] = lower | upper << 16;
    }
    return u32x4{words[0], words[1], words[2], words[3]};
}

__device__ __forceinline__ u32x4 load_edge(const float* p, i32 left)
{
    u32 words[4];
#pragma unroll
    for (i32 w = 0; w < 4; w++)
        words[w] = bf16x2_rn(2 * w < left ? p[2 * w] : 0, 2 * w + 1 < left ? p[2 * w + 1] : 0);
    return u32x4{words[0], words[1], words[2], words[3]};
}

// 32 of k of 16 rows of W and 8 tokens. A lane has eight neighbours of rows g and g + 8, and of token g: as a sum over
// k does not care which k is called which, they are taken for the pairs that the fragments ask for.
__device__ __forceinline__ void multiply(float (&sums)[4], u32x4 w0, u32x4 w1, u32x4 x)
{
    u32 low[4] = {w0.x, w1.x, w0.y, w1.y}, high[4] = {w0.z, w1.z, w0.w, w1.w};
    mma_bf16(sums, low, x.x, x.y);
    mma_bf16(sums, high, x.z, x.w);
}

// T is what W holds, Eights how many eights of tokens there are. Lanes whose row or token does not exist work on the
// first one: nobody stores what comes of it.
template <typename T, i32 Eights>
__device__ __forceinline__ void add_term_bf16(
    float (&sums)[2][4], const T* w, const bf16* x, const DecodeTerm& term, i32 first_row, const GemmOutput& output)
{
    i32 warp = threadIdx.x >> 5, lane = threadIdx.x & 31, g = lane >> 2, t = lane & 3;
    assume_global(w);
    assume_global(x);
    const T* rows[2];
    const bf16* tokens[Eights];
#pragma unroll
    for (i32 i = 0; i < 2; i++) {
        i32 row = first_row + g + i * 8;
        rows[i] = w + (i64)(row < output.n ? row : 0) * term.stride_w + t * 8;
    }
#pragma unroll
    for (i32 i = 0; i < Eights; i++) {
        i32 token = g + i * 8;
        tokens[i] = x + (i64)(token < output.m ? token : 0) * term.stride_x + t * 8;
    }
    i32 k0 = warp * Chunk, whole = term.aligned ? term.k / Chunk * Chunk : 0;
#pragma unroll 1
    for (; k0 < whole; k0 += Warps * Chunk) {
        u32x4 a[2][2], b[2][Eights];
#pragma unroll
        for (i32 half = 0; half < 2; half++) {
#pragma unroll
            for (i32 i = 0; i < 2; i++)
                a[half][i] = load_eight(rows[i] + k0 + half * (Chunk / 2));
#pragma unroll
            for (i32 i = 0; i < Eights; i++)
                b[half][i] = load_eight(tokens[i] + k0 + half * (Chunk / 2));
        }
#pragma unroll
        for (i32 half = 0; half < 2; half++) {
#pragma unroll
            for (i32 i = 0; i < Eights; i++)
                multiply(sums[i], a[half][0], a[half][1], b[half][i]);
        }
    }
#pragma unroll 1
    for (; k0 < term.k; k0 += Warps * Chunk) {
#pragma unroll 1
        for (i32 k = k0; k < k0 + Chunk; k += Chunk / 2) {
            i32 left = term.k - k - t * 8;
            u32x4 a0 = load_edge(rows[0] + k, left), a1 = load_edge(rows[1] + k, left);
#pragma unroll
            for (i32 i = 0; i < Eights; i++)
                multiply(sums[i], a0, a1, load_edge(tokens[i] + k, left));
        }
    }
}

template <typename T>
__device__ __forceinline__ void add_term_bf16(
    float (&sums)[2][4], const DecodeTerm& term, i32 first_row, const GemmOutput& output)
{
    if (output.m > Tokens / 2)
        add_term_bf16<T, 2>(sums, (const T*)term.w, (const bf16*)term.x, term, first_row, output);
    else
        add_term_bf16<T, 1>(sums, (const T*)term.w, (const bf16*)term.x, term, first_row, output);
}

// Four rows of a token are finished by a thread, of sums [Parts][Tokens][Rows] added in order.
template <i32 Parts>
__device__ __forceinline__ void finish(const float* sums, const GemmOutput& output, i32 first_row)
{
    __syncthreads();
    i32 token = threadIdx.x / (Rows / 4), four = threadIdx.x % (Rows / 4) * 4;
    if (token >= Tokens)
        return;
    f32x4 all = {0, 0, 0, 0};
#pragma unroll
    for (i32 p = 0; p < Parts; p++) {
        f32x4 part = *(const f32x4*)(sums + (p * Tokens + token) * Rows + four);
        all = f32x4{all.x + part.x, all.y + part.y, all.z + part.z, all.w + part.w};
    }
    finish_four(output, token, first_row + four, all);
}

KERNEL(Threads) decode_bf16(DecodeTerm first, DecodeTerm second, GemmOutput output)
{
    __shared__ f32x4 memory[Warps * Tokens * Rows / 4];
    float* partial = (float*)memory;
    i32 warp = threadIdx.x >> 5, lane = threadIdx.x & 31, g = lane >> 2, t = lane & 3;
    i32 first_row = blockIdx.x * Rows;
    float sums[2][4] = {};
#pragma unroll 1
    for (i32 i = 0; i < 2; i++) {
        DecodeTerm term = i == 0 ? first : second;
        if (term.w_is_bf16)
            add_term_bf16<bf16>(sums, term, first_row, output);
        else
            add_term_bf16<float>(sums, term, first_row, output);
    }
#pragma unroll
    for (i32 tokens = 0; tokens < 2; tokens++) {
#pragma unroll
        for (i32 e = 0; e < 4; e++)
            partial[(warp * Tokens + tokens * 8 + t * 2 + (e & 1)) * Rows + g + (e >> 1) * 8] = sums[tokens][e];
    }
    finish<Warps>(partial, output, first_row);
}

// A row of W for a warp: a lane has four neighbours of k, 128 apart.
__device__ __forceinline__ void add_term_f32(
    float (&sums)[Tokens], const DecodeTerm& term, i32 row, const GemmOutput& output)
{
    i32 lane = threadIdx.x & 31;
    assume_global(term.w);
    assume_global(term.x);
#pragma unroll 1
    for (i32 at = lane * 4; at < term.k; at += 128) {
        f32x4 w = load_four(term.w, (i64)row * term.stride_w + at, term.k - at, term.w_is_bf16, term.aligned);
#pragma unroll
        for (i32 token = 0; token < Tokens; token++) {
            if (token < output.m) {
                f32x4 x = load_four(term.x, (i64)token * term.stride_x + at, term.k - at, false, term.aligned);
                float sum = fma_rn(x.x, w.x, sums[token]);
                sum = fma_rn(x.y, w.y, sum);
                sum = fma_rn(x.z, w.z, sum);
                sums[token] = fma_rn(x.w, w.w, sum);
            }
        }
    }
}

KERNEL(Threads) decode_f32(DecodeTerm first, DecodeTerm second, GemmOutput output)
{
    __shared__ f32x4 memory[Tokens * Rows / 4];
    float* all = (float*)memory;
    i32 warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
#pragma unroll 1
    for (i32 r = warp; r < Rows; r += Warps) {
        i32 row = blockIdx.x * Rows + r;
        float sums[Tokens] = {};
        if (row < output.n) {
            add_term_f32(sums, first, row, output);
            add_term_f32(sums, second, row, output);
        }
#pragma unroll
        for (i32 token = 0; token < Tokens; token++) {
            float sum = warp_sum(sums[token]);
            if (lane == 0)
                all[token * Rows + r] = sum;
        }
    }
    finish<1>(all, output, blockIdx.x * Rows);
}
