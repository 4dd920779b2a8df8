// One token's part in the kernels of head.cu.
#pragma once

#include "head.cuh"
#include "lanes.cuh"

enum { Threads = 256, Warps = Threads / 32, LargestSet = 128, WeightF32 = 0, WeightBf16 = 1, WeightRounded = 2 };

// The head's rows [vocabulary, hidden].
struct HeadWeight {
    const void* rows;
    i32 type;  // WeightF32, WeightBf16, or WeightRounded: fp32 that is rounded to bf16 as it is read
    i32 hidden;
};

// The base's distribution at every token of the batch.
struct HeadBase {
    i32* ids;                     // [T, n]
    double* logits;               // [T, n]; null: there is no base
    double* lse;                  // [T]
    double* tail_lse;             // [T]
    double* tail_without_target;  // [T]; null where no token has its target out of the tail
    i32 n;
};

// Elements of rows, four at a time or one; fp32 rounded to bf16 where `rounded` says so.
struct F32Rows {
    typedef float Element;
    static __device__ __forceinline__ f32x4 four(const float* p, bool rounded)
    {
        f32x4 a = *(const f32x4*)p;
        u32 lower = bf16x2_rn(a.x, a.y), upper = bf16x2_rn(a.z, a.w);
        return rounded ? f32x4{f32_lower(lower), f32_upper(lower), f32_lower(upper), f32_upper(upper)} : a;
    }
    static __device__ __forceinline__ float one(const float* p, bool rounded)
    {
        return rounded ? f32_lower(bf16_rn(*p)) : *p;
    }
};

struct Bf16Rows {
    typedef bf16 Element;
    static __device__ __forceinline__ f32x4 four(const bf16* p, bool)
    {
        u32x2 a = *(const u32x2*)p;
        return f32x4{f32_lower(a.x), f32_upper(a.x), f32_lower(a.y), f32_upper(a.y)};
    }
    static __device__ __forceinline__ float one(const bf16* p, bool)
    {
        return f32_lower(*p);
    }
};

template <typename X>
__device__ __forceinline__ void gather(const X* hidden, const i32* tokens, X* x, i32 width)
{
    i64 from = (i64)tokens[blockIdx.x] * width, to = (i64)blockIdx.x * width;
    enum { Vector = 16 / sizeof(X) };
    if (width % Vector == 0) {
        for (i32 h = Vector * threadIdx.x; h < width; h += Vector * Threads)
            *(u32x4*)(x + to + h) = *(const u32x4*)(hidden + from + h);
        return;
    }
    for (i32 h = threadIdx.x; h < width; h += Threads)
        x[to + h] = hidden[from + h];
}

// The product of two rows over a warp, in every lane.
template <typename X, typename W>
__device__ __forceinline__ double exact_logit(const typename X::Element* x, const typename W::Element* w, i32 hidden,
                                              bool rounded)
{
    double a = 0.0, b = 0.0, c = 0.0, d = 0.0;
    i32 h = 4 * (threadIdx.x % 32);
    if (hidden % 4 == 0) {
#pragma unroll 1
        for (; h < hidden; h += 128) {
            f32x4 p = X::four(x + h, false), q = W::four(w + h, rounded);
            a = fma_rn((double)p.x, (double)q.x, a);
            b = fma_rn((double)p.y, (double)q.y, b);
            c = fma_rn((double)p.z, (double)q.z, c);
            d = fma_rn((double)p.w, (double)q.w, d);
        }
    } else {
#pragma unroll 1
        for (; h < hidden; h += 128) {
            a = fma_rn((double)X::one(x + h, false), (double)W::one(w + h, rounded), a);
            if (h + 1 < hidden)
                b = fma_rn((double)X::one(x + h + 1, false), (double)W::one(w + h + 1, rounded), b);
            if (h + 2 < hidden)
                c = fma_rn((double)X::one(x + h + 2, false), (double)W::one(w + h + 2, rounded), c);
            if (h + 3 < hidden)
                d = fma_rn((double)X::one(x + h + 3, false), (double)W::one(w + h + 3, rounded), d);
        }
    }
    return warp_sum((a + b) + (c + d));
}

template <typename X, typename W>
__device__ __forceinline__ void exact_logits_of(const typename X::Element* x, const HeadWeight& weight, const i32* ids,
                                                i32 first, i32 end, double* logits)
{
    const typename W::Element* w = (const typename W::Element*)weight.rows;
    bool rounded = weight.type == WeightRounded;
#pragma unroll 1
    for (i32 k = first + threadIdx.x / 32; k < end; k += Warps) {
        double logit = exact_logit<X, W>(x, w + (i64)ids[k] * weight.hidden, weight.hidden, rounded);
        if (threadIdx.x % 32 == 0)
            logits[k] = logit;
    }
}

__device__ __forceinline__ i32 entries_of(const HeadSets& sets, i64 i)
{
    return sets.of != nullptr ? sets.of[i].count : sets.capacity;
}

// Of entries `first` to `end` - 1 of the block's token.
template <typename X>
__device__ __forceinline__ void exact_logits(const typename X::Element* x, const HeadWeight& weight,
                                             const HeadSets& sets, i32 first, i32 end)
{
    i64 i = blockIdx.x;
    x += i * weight.hidden;
    const i32* ids = sets.ids + i * sets.capacity;
    double* logits = sets.logits + i * sets.capacity;
    if (weight.type == WeightBf16)
        exact_logits_of<X, Bf16Rows>(x, weight, ids, first, end, logits);
    else
        exact_logits_of<X, F32Rows>(x, weight, ids, first, end, logits);
}

// Whether entry a stands before entry b: by logit, descending, then by id. NaN stands with +infinity.
__device__ __forceinline__ bool comes_before(double a, i32 a_id, double b, i32 b_id)
{
    double infinity = f64_of_bits((i64)0x7FF << 52);
    a = a == a ? a : infinity;
    b = b == b ? b : infinity;
    return a > b || (a == b && a_id < b_id);
}

// The larger; NaN where one of them is.
__device__ __forceinline__ double max_or_nan(double a, double b)
{
    return a > b || a != a ? a : b;
}

// A warp copies up to LargestSet elements to shared memory.
template <typename T>
__device__ __forceinline__ void copy_to_shared(T* shared, const T* from, i32 count)
{
#pragma unroll 1
    for (i32 k = threadIdx.x % 32; k < count; k += 32)
        shared[k] = from[k];
}

// log of the sum of e^x over a warp's logits, in shared memory, `except` left out; -infinity where none is left. In
// every lane.
__device__ __forceinline__ double log_sum_exp(const double* logits, i32 count, i32 except)
{
    i32 lane = threadIdx.x % 32;
    double nothing = f64_of_bits((i64)0xFFF << 52), max = nothing, sum = 0.0;
#pragma unroll 1
    for (i32 k = lane; k < count; k += 32)
        max = k == except ? max : max_or_nan(max, logits[k]);
#pragma unroll
    for (i32 lanes = 16; lanes > 0; lanes /= 2)
        max = max_or_nan(max, shuffle_xor(max, lanes));
    if (max == nothing)
        return max;
#pragma unroll 1
    for (i32 k = lane; k < count; k += 32)
        sum += k == except ? 0.0 : exp_f64(logits[k] - max);
    return max + log_f64(warp_sum(sum));
}

// A warp's list in shared memory, as it came and sorted.
struct BaseList {
    double logits[LargestSet], sorted_logits[LargestSet];
    i32 ids[LargestSet], sorted_ids[LargestSet];
};

// All of a warp. `apart` has the target of a token whose tail was summed without it.
__device__ __forceinline__ void write_base(i32 i, i64 token, const HeadSets& from, const HeadSets& apart,
                                           const TailSum& tail_sum, const HeadBase& base, BaseList& list)
{
    i32 n = base.n, lane = threadIdx.x % 32;
    copy_to_shared(list.ids, from.ids + (i64)i * n, n);
    copy_to_shared(list.logits, from.logits + (i64)i * n, n);
    sync_warp();
    for (i32 k = lane; k < n; k += 32) {
        double logit = list.logits[k];
        i32 id = list.ids[k], rank = 0;
#pragma unroll 1
        for (i32 f = 0; f < n; f++)
            rank += comes_before(list.logits[f], list.ids[f], logit, id);
        list.sorted_ids[rank] = id;
        list.sorted_logits[rank] = logit;
    }
    sync_warp();
    for (i32 k = lane; k < n; k += 32) {
        base.ids[token * n + k] = list.sorted_ids[k];
        base.logits[token * n + k] = list.sorted_logits[k];
    }
    double tail = log_of(tail_sum);
    i32 target = target_apart(apart, i);
    if (target >= 0) {
        if (lane == 0)
            base.tail_without_target[token] = tail;
        bool found = false;
        for (i32 k = 0; k < n; k++)
            found = found || list.sorted_ids[k] == target;
        if (!found)
            tail = log_add(tail, apart.logits[i]);
    }
    double all = log_add(log_sum_exp(list.sorted_logits, n, -1), tail);
    if (lane == 0) {
        base.tail_lse[token] = tail;
        base.lse[token] = all;
    }
}

// One token's row of the gradient. A warp takes 128 columns at a time.
template <typename W>
__device__ __forceinline__ void dx_of(const float* o, float factor, const HeadSets& sets, const HeadWeight& weight,
                                      float* dx)
{
    __shared__ i32 ids[LargestSet];
    __shared__ float coefficients[LargestSet];
    i64 i = blockIdx.x;
    const typename W::Element* w = (const typename W::Element*)weight.rows;
    i32 hidden = weight.hidden, count = sets.of[i].count, entry = threadIdx.x;
    bool rounded = weight.type == WeightRounded;
    if (entry < count) {
        ids[entry] = sets.ids[i * sets.capacity + entry];
        coefficients[entry] = sets.coefficients[i * sets.capacity + entry];
    }
    __syncthreads();
    if (hidden % 4 == 0) {
        for (i32 h = 4 * threadIdx.x; h < hidden; h += 4 * Threads) {
            f32x4 x = *(const f32x4*)(o + h);
            x = f32x4{factor * x.x, factor * x.y, factor * x.z, factor * x.w};
            for (i32 k = 0; k < count; k++) {
                f32x4 row = W::four(w + (i64)ids[k] * hidden + h, rounded);
                float c = coefficients[k];
                x = f32x4{fma_rn(c, row.x, x.x), fma_rn(c, row.y, x.y), fma_rn(c, row.z, x.z), fma_rn(c, row.w, x.w)};
            }
            *(f32x4*)(dx + h) = x;
        }
        return;
    }
#pragma unroll 1
    for (i32 h = threadIdx.x; h < hidden; h += Threads) {
        float x = factor * o[h];
#pragma unroll 1
        for (i32 k = 0; k < count; k++)
            x = fma_rn(coefficients[k], W::one(w + (i64)ids[k] * hidden + h, rounded), x);
        dx[h] = x;
    }
}
