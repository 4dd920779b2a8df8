// The float64 functions of kernels/head.cuh, element by element.
#include "head.cuh"

extern "C" __global__ void exp_and_log(const double* x, double* exponential, double* logarithm, i32 count)
{
    i32 i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= count)
        return;
    exponential[i] = exp_f64(x[i]);
    logarithm[i] = log_f64(x[i]);
}
