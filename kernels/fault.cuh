// What a kernel says of an input that it cannot use: the host asks at its next synchronisation.
#pragma once

#include "base.cuh"

enum FaultCode { FaultToken = 1, FaultPosition = 2 };

// The first fault that was found, in no particular order; code 0: none. 16 bytes, zeroed by the host.
struct Fault {
    i32 code;
    i32 index;  // of the token
    i32 value;  // what it holds
    i32 limit;  // what it must lie below
};

__device__ __forceinline__ void report(Fault* fault, FaultCode code, i32 index, i32 value, i32 limit)
{
    i32 before;
    asm volatile("atom.global.cas.b32 %0, [%1], 0, %2;" : "=r"(before) : "l"(&fault->code), "r"((i32)code) : "memory");
    if (before != 0)
        return;
    fault->index = index;
    fault->value = value;
    fault->limit = limit;
}
