// A token's losses and the gradient's coefficients, from the exact logits of its set and the sums over its tail. The
// formulas stand in docs/method.md.
#pragma once

#include "head_token.cuh"

// How a token's losses differ from plain cross-entropy and the divergence over all classes: bits of HeadLosses.forms.
enum { EntropyGate = 1, ProbabilityGate = 2, WithoutTarget = 4 };

// Weights and figures of every token of the batch, and the factors of those at hand.
struct HeadLosses {
    const float* ce_weight;      // [T]
    const float* kl_weight;      // [T]
    const i32* forms;            // [T]; null: all are plain, and the divergence is the reverse one
    const float* forward_share;  // [T]; null as forms is
    double* ce;                  // [T]
    double* kl;                  // [T]
    double* lse;                 // [T]
    double* tail_log_p;          // [T]
    double* forward_kl;          // [T]
    double* gated_ce;            // [T]
    double* held_kl;             // [T]
    float* factors;              // [tokens]
};

// e^x - 1, right to the last bits for small x too (Kahan, as log1p_f64).
__device__ __forceinline__ double expm1_f64(double x)
{
    double u = exp_f64(x);
    if (u == 1.0)
        return x;
    return x > 1.0 || x < -1.0 ? u - 1.0 : (u - 1.0) * (x / log_f64(u));
}

// One class's share of a divergence, p f(r) with f(r) = r + e^-r - 1 and r = log(p / q): never negative. Below 0.1 by
// the series r^2 (1/2! - r/3! + r^2/4! - ... + r^8/10!); far below, e^-r could overflow while its product with p is
// just q.
__device__ __forceinline__ double divergence(double log_p, double r)
{
    double p = exp_f64(log_p);
    if (r < 0.1 && r > -0.1) {
        double sum = 1.0;
#pragma unroll
        for (i32 k = 10; k > 2; k--)
            sum = 1.0 - r * (1.0 / k) * sum;
        return p * r * r * (sum * 0.5);
    }
    return r > -30.0 ? p * (r + exp_f64(-r) - 1.0) : exp_f64(log_p - r) + p * (r - 1.0);
}

// dKL(q || p)/dz of an element of probability p whose class has the ratio r = log(p / q): p (1 - e^-r).
__device__ __forceinline__ double forward_gradient(double log_p, double r)
{
    return r > -1.0 ? -exp_f64(log_p) * expm1_f64(-r) : exp_f64(log_p) - exp_f64(log_p - r);
}

// What divides e^z, as its logarithm, and the residual class, divided by it, of student and base.
struct Classes {
    double norm, rest, base_norm, base_rest;
};

// KL both ways and sum p G over the classes, and the residual's G = log(p / q).
struct Divergence {
    double reverse, forward, mean, rest_ratio;
};

// Classes are the n entries, `except` left out, and the residual one.
__device__ __forceinline__ Divergence divergence_of(const double* logits, const double* base, i32 n, i32 except,
                                                    const Classes& c)
{
    Divergence d = {0.0, 0.0, 0.0, 0.0};
#pragma unroll 1
    for (i32 k = threadIdx.x % 32; k < n; k += 32) {
        if (k == except)
            continue;
        double log_p = logits[k] - c.norm, log_q = base[k] - c.base_norm, ratio = log_p - log_q;
        d.reverse += divergence(log_p, ratio);
        d.forward += divergence(log_q, -ratio);
        d.mean += exp_f64(log_p) * ratio;
    }
    d.reverse = warp_sum(d.reverse);
    d.forward = warp_sum(d.forward);
    d.mean = warp_sum(d.mean);
    if (c.rest != f64_of_bits((i64)0xFFF << 52)) {
        d.rest_ratio = c.rest - c.base_rest;
        d.reverse += divergence(c.rest, d.rest_ratio);
        d.forward += divergence(c.base_rest, -d.rest_ratio);
        d.mean += exp_f64(c.rest) * d.rest_ratio;
    }
    return d;
}

// What the cross-entropy is multiplied by; no gradient flows through it. The entropy is that of the base's n entries
// among themselves, as a share of log n.
__device__ __forceinline__ double gate_of(i32 form, double ce, const double* base_logits, i32 n)
{
    if ((form & ProbabilityGate) != 0)
        return exp_f64(-ce);
    if ((form & EntropyGate) == 0)
        return 1.0;
    if (n < 2)
        return 0.0;
    double all = log_sum_exp(base_logits, n, -1), entropy = 0.0;
#pragma unroll 1
    for (i32 k = threadIdx.x % 32; k < n; k += 32)
        entropy += exp_f64(base_logits[k] - all) * (all - base_logits[k]);
    return warp_sum(entropy) / log_f64((double)n);
}

// All of a warp, with two arrays of LargestSet in shared memory. The mean of G is taken out in place of the KL: what
// shifts every G alike (rounding of a log-sum-exp) cancels.
__device__ __forceinline__ void terms(i32 i, i64 token, const HeadSets& sets, const TailSum& tail_sum,
                                      const HeadBase& base, const HeadLosses& losses, double* logits,
                                      double* base_logits)
{
    i32 n = base.n, form = losses.forms != nullptr ? losses.forms[token] : 0;
    double share = losses.forms != nullptr ? (double)losses.forward_share[token] : 0.0;
    bool without = (form & WithoutTarget) != 0;
    HeadSet set = sets.of[i];
    copy_to_shared(logits, sets.logits + (i64)i * sets.capacity, set.count);
    copy_to_shared(base_logits, base.logits + token * n, n);
    sync_warp();
    double a = (double)losses.ce_weight[token], b = 0.0;
    double tail = log_of(tail_sum), target = logits[set.target];
    double others = log_add(log_sum_exp(logits, set.count, set.target), tail), lse = log_add(others, target);
    double ce = softplus(others - target), gate = gate_of(form, ce, base_logits, n);
    double not_target = exp_f64(others - lse);
    a *= gate;
    Classes c = {lse, 0.0, 0.0, 0.0};
    Divergence d = {0.0, 0.0, 0.0, 0.0}, held = d;
    if (base.logits != nullptr) {
        b = (double)losses.kl_weight[token];
        c.base_norm = base.lse[token];
        c.rest = (set.target < n ? tail : log_add(tail, target)) - lse;
        c.base_rest = base.tail_lse[token] - c.base_norm;
        held = d = divergence_of(logits, base_logits, n, -1, c);
    }
    double rest = c.rest;
    if (without) {
        double base_tail = base.tail_without_target[token];
        c.norm = others;
        c.base_norm = log_add(log_sum_exp(base_logits, n, set.target), base_tail);
        c.rest = tail - others;
        c.base_rest = base_tail - c.base_norm;
        held = divergence_of(logits, base_logits, n, set.target, c);
    }
    double reverse = (1.0 - share) * b, forward = share * b;
#pragma unroll 1
    for (i32 k = threadIdx.x % 32; k < set.count; k += 32) {
        bool is_target = k == set.target;
        double log_p = logits[k] - lse, log_held = logits[k] - c.norm;
        double ratio = k < n ? log_held - (base_logits[k] - c.base_norm) : held.rest_ratio;
        double centred = reverse * (ratio - held.mean), p = exp_f64(log_p);
        double dz = without ? p * a + exp_f64(log_held) * centred : p * (a + centred);
        if (is_target)
            dz = without ? -a * not_target : p * centred - a * not_target;
        if (forward != 0.0 && !(without && is_target))
            dz += forward * forward_gradient(log_held, ratio);
        sets.coefficients[(i64)i * sets.capacity + k] = (float)dz;
    }
    if (threadIdx.x % 32 != 0)
        return;
    double unit = (double)tail_sum.exponent * 0.693147180559945309, from_tail = reverse * (held.rest_ratio - held.mean);
    double factor = (a + (without ? from_tail * exp_f64(lse - others) : from_tail)) * exp_f64(unit - lse);
    if (forward != 0.0)
        factor += forward * forward_gradient(unit - c.norm, held.rest_ratio);
    losses.factors[i] = tail_sum.sum == 0.0 ? 0.0f : (float)factor;
    losses.ce[token] = ce;
    losses.kl[token] = d.reverse;
    losses.lse[token] = lse;
    losses.tail_log_p[token] = rest;
    losses.forward_kl[token] = d.forward;
    losses.gated_ce[token] = gate * ce;
    losses.held_kl[token] = share == 0.0 ? held.reverse : (1.0 - share) * held.reverse + share * held.forward;
}
