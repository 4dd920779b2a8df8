// Four neighbouring elements of an array of fp32 or bf16, as fp32: one access of 16 or 8 bytes where the array allows
// it, else one for each element, and none beyond the array's end. Lanes take neighbouring quads: sectors are used
// whole, also where fp32 and bf16 arrays are walked together.
#pragma once

#include "base.cuh"

// Whether an array may be read in whole quads.
template <typename T>
__device__ __forceinline__ bool is_quad_aligned(const T* array)
{
    return ((i64)array & (4 * sizeof(T) - 1)) == 0;
}

__device__ __forceinline__ float to_f32(float x)
{
    return x;
}

__device__ __forceinline__ float to_f32(bf16 x)
{
    return f32_lower(x);
}

__device__ __forceinline__ void store_rounded(float* to, float x)
{
    *to = x;
}

__device__ __forceinline__ void store_rounded(bf16* to, float x)
{
    *to = bf16_rn(x);
}

__device__ __forceinline__ f32x4 load_whole_quad(const float* from)
{
    return *(const f32x4*)from;
}

__device__ __forceinline__ f32x4 load_whole_quad(const bf16* from)
{
    u32x2 p = *(const u32x2*)from;
    return f32x4{f32_lower(p.x), f32_upper(p.x), f32_lower(p.y), f32_upper(p.y)};
}

__device__ __forceinline__ void store_whole_quad(float* to, const f32x4& v)
{
    *(f32x4*)to = v;
}

__device__ __forceinline__ void store_whole_quad(bf16* to, const f32x4& v)
{
    *(u32x2*)to = u32x2{bf16x2_rn(v.x, v.y), bf16x2_rn(v.z, v.w)};
}

// The elements from here on, of which so many are left (one at least); zeros where there are none.
template <typename T>
__device__ __forceinline__ f32x4 load_quad(const T* from, i32 left, bool whole)
{
    if (whole)
        return load_whole_quad(from);
    return f32x4{
        to_f32(from[0]), left > 1 ? to_f32(from[1]) : 0.0f, left > 2 ? to_f32(from[2]) : 0.0f,
        left > 3 ? to_f32(from[3]) : 0.0f};
}

template <typename T>
__device__ __forceinline__ void store_quad(T* to, const f32x4& v, i32 left, bool whole)
{
    if (whole) {
        store_whole_quad(to, v);
        return;
    }
    store_rounded(to, v.x);
    if (left > 1)
        store_rounded(to + 1, v.y);
    if (left > 2)
        store_rounded(to + 2, v.z);
    if (left > 3)
        store_rounded(to + 3, v.w);
}

// A vector of weights, fp32 or bf16 as stored. It is read once a block: what it is, is asked there.
struct Weights {
    const void* values;
    i32 is_bf16;  // 0 or 1

    __device__ __forceinline__ bool is_quad_aligned() const
    {
        return ((i64)values & (is_bf16 ? 7 : 15)) == 0;
    }

    __device__ __forceinline__ float load(i32 index) const
    {
        return is_bf16 ? to_f32(((const bf16*)values)[index]) : ((const float*)values)[index];
    }

    __device__ __forceinline__ f32x4 load_quad(i32 index, i32 left, bool whole) const
    {
        if (is_bf16)
            return ::load_quad((const bf16*)values + index, left, whole);
        return ::load_quad((const float*)values + index, left, whole);
    }
};

__device__ __forceinline__ f32x4 operator+(const f32x4& a, const f32x4& b)
{
    return f32x4{a.x + b.x, a.y + b.y, a.z + b.z, a.w + b.w};
}

__device__ __forceinline__ f32x4 operator*(const f32x4& a, const f32x4& b)
{
    return f32x4{a.x * b.x, a.y * b.y, a.z * b.z, a.w * b.w};
}

__device__ __forceinline__ f32x4 operator*(const f32x4& a, float b)
{
    return f32x4{a.x * b, a.y * b, a.z * b, a.w * b};
}

// a b + c in one rounding each.
__device__ __forceinline__ f32x4 fma_rn(const f32x4& a, const f32x4& b, const f32x4& c)
{
    return f32x4{fma_rn(a.x, b.x, c.x), fma_rn(a.y, b.y, c.y), fma_rn(a.z, b.z, c.z), fma_rn(a.w, b.w, c.w)};
}

__device__ __forceinline__ f32x4 fma_rn(const f32x4& a, float b, const f32x4& c)
{
    return f32x4{fma_rn(a.x, b, c.x), fma_rn(a.y, b, c.y), fma_rn(a.z, b, c.z), fma_rn(a.w, b, c.w)};
}

// sum + a . b
__device__ __forceinline__ float add_dot(float sum, const f32x4& a, const f32x4& b)
{
    return fma_rn(a.w, b.w, fma_rn(a.z, b.z, fma_rn(a.y, b.y, fma_rn(a.x, b.x, sum))));
}
