using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Launch;

/// <summary>What a compiled kernel needs, as the driver tells it. Memory is in bytes.</summary>
/// <param name="MaxThreadsPerBlock">By its launch bounds and registers.</param>
/// <param name="LocalBytes">Bytes of a thread: spilled registers and arrays.</param>
public readonly record struct KernelAttributes(
    int MaxThreadsPerBlock, int Registers, int StaticSharedBytes, int LocalBytes)
{
    internal static KernelAttributes Read(ICudaDriver driver, nint function)
    {
        return new KernelAttributes(
            Get(CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK),
            Get(CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS),
            Get(CUfunction_attribute.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES),
            Get(CUfunction_attribute.CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES));

        int Get(CUfunction_attribute attribute)
        {
            driver.Check(
                driver.cuFuncGetAttribute(out int value, attribute, function), $"cuFuncGetAttribute({attribute})");
            return value;
        }
    }
}
