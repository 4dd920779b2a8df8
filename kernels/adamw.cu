// AdamW (Loshchilov and Hutter 2019, as PyTorch orders it) over many tensors in one launch, in fp32, with an optional
// bf16 copy of the new parameters. 256 threads a block, 4096 elements a block.
//
// adamw_f32(const AdamWTensor* tensors, i32 tensor_count, AdamWFactors factors)
//   For every element of every tensor, the operations of the CPU backend in the same order, to the bit:
//     g = gradient gradient_scale
//     m = fma(beta1, m, rest1 g)
//     v = fma(beta2, v, (rest2 g) g)
//     p = fma(p, -decay, p)                       decay is 0 where the tensor's decayed is 0
//     p = fma(m / fma(sqrt(v), inverse_root2, eps), -rate, p)
//     copy = bf16(p)                              where the tensor has a copy
//   Overwrites parameter, m, v and copy; reads gradient. The table lies in device memory, sorted by first_block:
//   first_block of a tensor is the sum of ceil(count / 4096) of those before it, and the grid has as many blocks as all
//   have together. A tensor without elements has no block. Pointers of any alignment: tensors whose pointers are
//   aligned to 4 elements take 4 at a time. Nothing overlaps. One element has one writer: the same bits every time. Bytes that
//   must move: 28 an element, 30 with a copy.

#include "quads.cuh"

enum { Threads = 256, PerBlock = 4096 };

struct AdamWTensor {
    float* parameter;
    const float* gradient;
    float* m;
    float* v;
    bf16* copy;  // or null
    i64 count;
    i32 first_block;
    i32 decayed;  // 0 or 1
};

struct AdamWFactors {
    float gradient_scale;
    float decay;
    float beta1, rest1;
    float beta2, rest2;
    float rate;
    float inverse_root2;  // 1 / sqrt(1 - beta2^step)
    float eps;
};

__device__ __forceinline__ void update(float& p, float gradient, float& m, float& v, const AdamWFactors& f, float decay)
{
    float g = gradient * f.gradient_scale;
    m = fma_rn(f.beta1, m, f.rest1 * g);
    v = fma_rn(f.beta2, v, f.rest2 * g * g);
    p = fma_rn(p, -decay, p);
    p = fma_rn(div_rn(m, fma_rn(sqrt_rn(v), f.inverse_root2, f.eps)), -f.rate, p);
}

// The last tensor whose first block is not behind this one: of tensors without elements, which share a first block with
// the next, that next one.
__device__ __forceinline__ i32 tensor_of_block(const AdamWTensor* tensors, i32 count, i32 block)
{
    i32 low = 0, high = count - 1;
    while (low < high) {
        i32 middle = (low + high + 1) / 2;
        if (tensors[middle].first_block <= block)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

// A block's share of a tensor.
__device__ __forceinline__ void update_share(const AdamWTensor& t, const AdamWFactors& factors)
{
    assume_global(t.parameter);
    assume_global(t.gradient);
    assume_global(t.m);
    assume_global(t.v);
    assume_global(t.copy);
    bool aligned = is_quad_aligned(t.parameter) && is_quad_aligned(t.gradient) && is_quad_aligned(t.m)
        && is_quad_aligned(t.v) && is_quad_aligned(t.copy);
    float decay = t.decayed ? factors.decay : 0.0f;
    i64 start = (i64)((i32)blockIdx.x - t.first_block) * PerBlock;
    i64 end = start + PerBlock < t.count ? start + PerBlock : t.count;
    i64 vectors_end = aligned ? start + (end - start) / 4 * 4 : start;
    i64 i = start + 4 * (i64)threadIdx.x;
// Four loads of 16 bytes a thread are under way as it is; unrolled it spills registers on sm_86.
#pragma unroll 1
    for (; i < vectors_end; i += 4 * Threads) {
        f32x4 p = *(f32x4*)(t.parameter + i), m = *(f32x4*)(t.m + i), v = *(f32x4*)(t.v + i);
        f32x4 g = *(const f32x4*)(t.gradient + i);
        update(p.x, g.x, m.x, v.x, factors, decay);
        update(p.y, g.y, m.y, v.y, factors, decay);
        update(p.z, g.z, m.z, v.z, factors, decay);
        update(p.w, g.w, m.w, v.w, factors, decay);
        *(f32x4*)(t.parameter + i) = p;
        *(f32x4*)(t.m + i) = m;
        *(f32x4*)(t.v + i) = v;
        if (t.copy)
            *(u32x2*)(t.copy + i) = u32x2{bf16x2_rn(p.x, p.y), bf16x2_rn(p.z, p.w)};
    }
#pragma unroll 1
    for (i = vectors_end + threadIdx.x; i < end; i += Threads) {
        float p = t.parameter[i];
        update(p, t.gradient[i], t.m[i], t.v[i], factors, decay);
        t.parameter[i] = p;
        if (t.copy)
            t.copy[i] = bf16_rn(p);
    }
}

KERNEL(Threads) adamw_f32(const AdamWTensor* __restrict__ tensors, i32 tensor_count, AdamWFactors factors)
{
    AdamWTensor tensor = tensors[tensor_of_block(tensors, tensor_count, blockIdx.x)];
    update_share(tensor, factors);
}
