// What the kernels of the head share: exponentials and logarithms in float64 and in units of a power of two, and the
// running sum of a tail.
#pragma once

#include "base.cuh"
#include "warp.cuh"

// S of one token: the base's top n and the target, which stands behind them where it is not one of them.
struct HeadSet {
    i32 count;   // entries of S
    i32 target;  // where the target stands
};

// S of all tokens at hand; arrays of entries are [tokens, capacity].
struct HeadSets {
    i32* ids;
    HeadSet* of;          // [tokens]; null where every set has `capacity` entries and no target
    double* logits;       // exact ones
    float* coefficients;  // dL/dz
    i32 capacity;
};

// The target that stays out of the sum over token i's tail, or -1: `apart` is empty (of is null), or has a set of one
// entry, which counts where its `count` is not 0.
__device__ __forceinline__ i32 target_apart(const HeadSets& apart, i64 i)
{
    return apart.of != nullptr && apart.of[i].count != 0 ? apart.ids[i] : -1;
}

// A sum of e^z, kept as sum 2^exponent: the exponent follows the largest z lazily, and what was summed is scaled by a
// power of two, exactly. All zeros: nothing was added yet.
struct alignas(16) TailSum {
    double sum;
    i32 exponent;
    i32 started;
};

__device__ __forceinline__ double f64_of_bits(i64 bits)
{
    double x;
    asm("mov.b64 %0, %1;" : "=d"(x) : "l"(bits));
    return x;
}

__device__ __forceinline__ i64 bits_of_f64(double x)
{
    i64 bits;
    asm("mov.b64 %0, %1;" : "=l"(bits) : "d"(x));
    return bits;
}

__device__ __forceinline__ float minus_infinity()
{
    return f32_of_bits(0xFF800000u);
}

// 2^n; 0 where n is below -1022. n is at most 1023.
__device__ __forceinline__ double f64_power_of_two(i32 n)
{
    return n < -1022 ? 0.0 : f64_of_bits((i64)(n + 1023) << 52);
}

// e^x to within 1.5 ulp; 0 below -746, infinite above 709.79, NaN stays NaN. x = n ln 2 + r, the upper part of ln 2
// with 32 bits, so that its product with n is exact; e^r by its series to r^13, which is right to 4e-18; 2^n in two
// factors.
__device__ __forceinline__ double exp_f64(double x)
{
    x = x < -746.0 ? -746.0 : x;
    x = x > 710.0 ? 710.0 : x;
    double n;
    asm("cvt.rni.f64.f64 %0, %1;" : "=d"(n) : "d"(x * 1.4426950408889634));
    double r = fma_rn(n, -0.69314718036912382, x);
    r = fma_rn(n, -1.9082149292705877e-10, r);
    double p = 1.0 / 6227020800.0;
    p = fma_rn(p, r, 1.0 / 479001600.0);
    p = fma_rn(p, r, 1.0 / 39916800.0);
    p = fma_rn(p, r, 1.0 / 3628800.0);
    p = fma_rn(p, r, 1.0 / 362880.0);
    p = fma_rn(p, r, 1.0 / 40320.0);
    p = fma_rn(p, r, 1.0 / 5040.0);
    p = fma_rn(p, r, 1.0 / 720.0);
    p = fma_rn(p, r, 1.0 / 120.0);
    p = fma_rn(p, r, 1.0 / 24.0);
    p = fma_rn(p, r, 1.0 / 6.0);
    p = fma_rn(p, r, 0.5);
    p = fma_rn(p, r, 1.0);
    p = fma_rn(p, r, 1.0);
    i32 whole = n > -2000.0 ? (i32)n : 0;  // NaN: its p is NaN
    i32 half = whole >> 1;
    return p * f64_power_of_two(half) * f64_power_of_two(whole - half);
}

// log x to within 1 ulp; -infinity at 0, NaN below. x = 2^n (1 + f) with 1 + f in (sqrt(1/2), sqrt(2)]; with s = f / (2
// + f), log(1 + f) = 2 atanh(s) = f - (f^2 / 2 - s (f^2 / 2 + R)), R = 2 s^2 / 3 + 2 s^4 / 5 + ... : the form of
// fdlibm's e_log.c, where the large terms are exact.
__device__ __forceinline__ double log_f64(double x)
{
    if (!(x > 0.0))
        return x == 0.0 ? f64_of_bits((i64)0xFFF << 52) : f64_of_bits((i64)0x7FF8 << 48);
    if (x == f64_of_bits((i64)0x7FF << 52))
        return x;
    i32 n = -1023;
    if (x < 2.2250738585072014e-308) {
        x *= 18014398509481984.0;  // 2^54
        n -= 54;
    }
    i64 bits = bits_of_f64(x);
    n += (i32)(bits >> 52);
    double m = f64_of_bits((bits & 0xFFFFFFFFFFFFFll) | (i64)1023 << 52);
    if (m > 1.4142135623730951) {
        m *= 0.5;
        n++;
    }
    double f = m - 1.0, s = f / (2.0 + f), z = s * s;
    double r = 2.0 / 25.0;
    r = fma_rn(r, z, 2.0 / 23.0);
    r = fma_rn(r, z, 2.0 / 21.0);
    r = fma_rn(r, z, 2.0 / 19.0);
    r = fma_rn(r, z, 2.0 / 17.0);
    r = fma_rn(r, z, 2.0 / 15.0);
    r = fma_rn(r, z, 2.0 / 13.0);
    r = fma_rn(r, z, 2.0 / 11.0);
    r = fma_rn(r, z, 2.0 / 9.0);
    r = fma_rn(r, z, 2.0 / 7.0);
    r = fma_rn(r, z, 2.0 / 5.0);
    r = fma_rn(r, z, 2.0 / 3.0);
    double square = 0.5 * f * f, whole = (double)n;
    double low = fma_rn(s, fma_rn(r, z, square), whole * 1.9082149292705877e-10);
    return whole * 0.69314718036912382 - ((square - low) - f);
}

// log(1 + x) for x >= 0 (Kahan: the rounding of 1 + x is divided out).
__device__ __forceinline__ double log1p_f64(double x)
{
    double u = 1.0 + x;
    if (u == 1.0)
        return x;
    return u == f64_of_bits((i64)0x7FF << 52) ? u : log_f64(u) * (x / (u - 1.0));
}

// log(e^a + e^b); either may be -infinity, NaN stays NaN.
__device__ __forceinline__ double log_add(double a, double b)
{
    double nothing = f64_of_bits((i64)0xFFF << 52);
    if (a == nothing || b == nothing)
        return a == nothing ? b : a;
    return a > b ? a + log1p_f64(exp_f64(b - a)) : b + log1p_f64(exp_f64(a - b));
}

// log(1 + e^x).
__device__ __forceinline__ double softplus(double x)
{
    return x > 0.0 ? x + log1p_f64(exp_f64(-x)) : log1p_f64(exp_f64(x));
}

// e^z / 2^unit for z up to (unit + 127) ln 2, relative error about an ulp; 0 for -infinity, and what lies more than
// 2^125 below the unit (`lowest` is (unit - 125) ln 2) counts as that much. The unit only moves the exponent: a sum's
// bits do not depend on which maximum it was taken against. The two parts of ln 2 and the polynomial are those of
// Cephes' expf, as on the CPU, in the same order.
__device__ __forceinline__ float exp_in_units(float z, i32 unit, float lowest)
{
    float x = z > lowest ? z : lowest, n;
    asm("cvt.rni.f32.f32 %0, %1;" : "=f"(n) : "f"(x * 1.44269504f));
    float r = fma_rn(n, -0.693359375f, x);
    r = fma_rn(n, 2.12194440e-4f, r);
    float p = fma_rn(1.9875691500e-4f, r, 1.3981999507e-3f);
    p = fma_rn(p, r, 8.3334519073e-3f);
    p = fma_rn(p, r, 4.1665795894e-2f);
    p = fma_rn(p, r, 1.6666665459e-1f);
    p = fma_rn(p, r, 5.0000001201e-1f);
    p = fma_rn(p * r, r, r) + 1.0f;
    i32 shift = (i32)n - unit;
    float power = f32_of_bits((u32)((shift < -126 ? -126 : shift) + 127) << 23);
    return z == minus_infinity() ? 0.0f : p * power;
}

__device__ __forceinline__ float lowest_of_unit(i32 unit)
{
    return (float)(unit - 125) * 0.69314718f;
}

// log of the sum: -infinity where nothing was added, NaN where something was not finite.
__device__ __forceinline__ double log_of(const TailSum& tail)
{
    return tail.sum == 0.0 ? f64_of_bits((i64)0xFFF << 52)
                           : (double)tail.exponent * 0.693147180559945309 + log_f64(tail.sum);
}

// Makes room for values up to `max`: raises the exponent when they outgrow it by more than e^8. Returns what everything
// summed so far must be multiplied by: 1 nearly always, else a power of two, or 0. A maximum that is not a sane logit
// (NaN, infinite, beyond 1e7, where neighbouring fp32 numbers differ by 1) makes the sum NaN.
__device__ __forceinline__ float raise(TailSum& tail, float max)
{
    if (max == minus_infinity())
        return 1.0f;
    if (!(max < 1e7f && max > -1e7f)) {
        tail.sum = f64_of_bits((i64)0x7FF8 << 48);
        return 1.0f;
    }
    double needed = (double)max / 0.693147180559945309;
    if (tail.started && needed <= (double)tail.exponent + 11.54)
        return 1.0f;
    double whole;
    asm("cvt.rpi.f64.f64 %0, %1;" : "=d"(whole) : "d"(needed));
    i32 raised = (i32)whole, down = tail.exponent - raised;
    float scale = 1.0f;
    if (tail.started) {
        scale = down < -126 ? 0.0f : f32_of_bits((u32)(down + 127) << 23);
        tail.sum *= f64_power_of_two(down);
    }
    tail.exponent = raised;
    tail.started = 1;
    return scale;
}
