// Divergences of student and base within the residual class of the base's top n, in a stream over tiles of the
// vocabulary. A block of 256 threads has one token; the grid has a block for each. Logits are fp32, 16-byte aligned. A
// token's result depends on its own logits alone, in a fixed order: the same bits every time.
//
// head_gap(HeadTile student, HeadTile reference, const i32* tokens, const i32* top_ids, i32 n, HeadGaps gaps)
//   Takes the same tile of both models' logits, those of the top ids aside. With p = e^z over its sum in the class (its
//   logarithm is lse + tail_log_p), q = e^z0 over the base's (base_tail_lse) and r = log(p / q), adds the sums of
//   p (r + e^-r - 1) and q (e^r - r - 1), which are never negative, to reverse and forward at tokens[i]: by the series
//   in r where |r| is below 1. Nothing where there is no such class. Logits of the top ids become -1e30. Bytes that
//   must move: 8 an element.
//
// head_gap_finish(const i32* tokens, i32 count, HeadGaps gaps, const double* base_lse)
//   reverse times the student's mass of the class, forward times the base's. A thread a token. Bytes that must move: 7
//   sectors and 4 bytes a token.

#include "head_row.cuh"

// Of every token of the batch.
struct HeadGaps {
    const double* lse;            // the student's
    const double* tail_log_p;     // log of its mass in the class
    const double* base_tail_lse;  // -infinity: there is no class
    double* reverse;
    double* forward;
};

// f(r) / r^2 with f(r) = r + e^-r - 1: 1/2! - r/3! + ... + r^8/10!, to 3e-8 for |r| below 1.
__device__ __forceinline__ float gap_series(float r)
{
    float sum = 1.0f;
#pragma unroll
    for (i32 k = 10; k > 2; k--)
        sum = fma_rn(r * (-1.0f / k), sum, 1.0f);
    return 0.5f * sum;
}

struct Gap {
    float reverse, forward;
};

__device__ __forceinline__ void add_gap(Gap& gap, float p, float q, float r)
{
    float square = r * r;
    gap.reverse += square < 1.0f ? p * square * gap_series(r) : fma_rn(p, r - 1.0f, q);
    gap.forward += square < 1.0f ? q * square * gap_series(-r) : fma_rn(q, -r - 1.0f, p);
}

// Exponentials of a model's logits over its sum, whose logarithm is `tail`.
struct GapScale {
    i32 unit;
    float lowest, scale;
};

__device__ __forceinline__ GapScale gap_scale(double tail)
{
    double n;
    asm("cvt.rni.f64.f64 %0, %1;" : "=d"(n) : "d"(tail * 1.4426950408889634));
    i32 unit = (i32)n;
    return GapScale{unit, lowest_of_unit(unit), (float)exp_f64(n * 0.693147180559945309 - tail)};
}

__device__ __forceinline__ float share_of(float z, const GapScale& s)
{
    return z < -1e29f ? 0.0f : exp_in_units(z, s.unit, s.lowest) * s.scale;
}

KERNEL(Threads)
head_gap(HeadTile student, HeadTile reference, const i32* __restrict__ tokens, const i32* __restrict__ top_ids, i32 n,
         HeadGaps gaps)
{
    i64 row = blockIdx.x, token = tokens[row];
    float* z = student.logits + row * student.stride;
    float* z0 = reference.logits + row * reference.stride;
    double tail = gaps.lse[token] + gaps.tail_log_p[token], base_tail = gaps.base_tail_lse[token];
    if (base_tail == f64_of_bits((i64)0xFFF << 52))
        return;
    for (i32 k = threadIdx.x; k < n; k += Threads) {
        i32 at = top_ids[token * n + k] - student.start;
        if (at >= 0 && at < student.width)
            z[at] = z0[at] = -1e30f;
    }
    __syncthreads();
    GapScale p = gap_scale(tail), q = gap_scale(base_tail);
    float shift = (float)(tail - base_tail);
    Gap gap = {0.0f, 0.0f};
#pragma unroll 1
    for (i32 c = 4 * threadIdx.x; c < student.width; c += 4 * Threads) {
        if (c + 4 <= student.width) {
            f32x4 x = *(const f32x4*)(z + c), y = *(const f32x4*)(z0 + c);
            add_gap(gap, share_of(x.x, p), share_of(y.x, q), x.x - y.x - shift);
            add_gap(gap, share_of(x.y, p), share_of(y.y, q), x.y - y.y - shift);
            add_gap(gap, share_of(x.z, p), share_of(y.z, q), x.z - y.z - shift);
            add_gap(gap, share_of(x.w, p), share_of(y.w, q), x.w - y.w - shift);
            continue;
        }
        for (i32 v = c; v < student.width; v++)
            add_gap(gap, share_of(z[v], p), share_of(z0[v], q), z[v] - z0[v] - shift);
    }
    double reverse = block_sum(gap.reverse);
    __syncthreads();
    double forward = block_sum(gap.forward);
    if (threadIdx.x == 0) {
        gaps.reverse[token] += reverse;
        gaps.forward[token] += forward;
    }
}

KERNEL(Threads)
head_gap_finish(const i32* __restrict__ tokens, i32 count, HeadGaps gaps, const double* __restrict__ base_lse)
{
    i32 i = blockIdx.x * Threads + threadIdx.x;
    if (i >= count)
        return;
    i64 token = tokens[i];
    gaps.reverse[token] *= exp_f64(gaps.tail_log_p[token]);
    gaps.forward[token] *= exp_f64(gaps.base_tail_lse[token] - base_lse[token]);
}
