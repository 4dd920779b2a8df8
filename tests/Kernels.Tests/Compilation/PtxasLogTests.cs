using FsCheck;
using MolEngine.Kernels.Compilation;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Compilation;

public sealed class PtxasLogTests
{
    /// <summary>As CUDA 12.6 writes it, with a function that was not inlined and a warning in between.</summary>
    [Fact]
    public void A_log_of_CUDA_12()
    {
        const string Log = """
            ptxas info    : 8 bytes gmem, 16 bytes cmem[4]
            ptxas info    : Compiling entry function 'a' for 'sm_80'
            ptxas info    : Function properties for a
            ptxas         .     16 bytes stack frame, 24 bytes spill stores, 32 bytes spill loads
            ptxas info    : Function properties for helper
            ptxas         .     99 bytes stack frame, 99 bytes spill stores, 99 bytes spill loads
            ptxas info    : Used 255 registers, used 1 barriers, 2048 bytes smem, 376 bytes cmem[0]
            kernels/a.cu(3): warning #177-D: variable "x" was declared but never referenced
            ptxas info    : Compiling entry function 'b' for 'sm_80'
            ptxas info    : Function properties for b
            ptxas         .     0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
            ptxas info    : Used 8 registers, 16 bytes cmem[0]

            """;
        Assert.Equal(
            [new("a", "sm_80", 255, 2048, 16, 24, 32), new KernelResources("b", "sm_80", 8, 0, 0, 0, 0)],
            PtxasLog.Read(Log));
        Assert.Equal(
            "kernels/a.cu(3): warning #177-D: variable \"x\" was declared but never referenced",
            PtxasLog.Warnings(Log));
    }

    [Fact]
    public void A_log_of_nvcc()
    {
        const string Log = """
            ptxas info    : Compiling entry function 'a' for 'sm_90a'
            ptxas info    : Function properties for a
                0 bytes stack frame, 4 bytes spill stores, 8 bytes spill loads
            ptxas info    : Used 40 registers, used 3 barriers, 100+16 bytes smem
            ptxas info    : Compile time = 3.5 ms
            """;
        Assert.Equal([new KernelResources("a", "sm_90a", 40, 100, 0, 4, 8)], PtxasLog.Read(Log));
        Assert.Equal("", PtxasLog.Warnings(Log));
    }

    [Fact]
    public void A_kernel_without_registers_is_refused() => Assert.Contains(
        "kernel a: expected a line \"Used N registers\", got none",
        Assert.Throws<FormatException>(
            () => PtxasLog.Read("ptxas info    : Compiling entry function 'a' for 'sm_80'\n")).Message);

    [Property(MaxTest = 100)]
    public void Numbers_come_back(PositiveInt[] numbers)
    {
        KernelResources[] kernels =
        [
            .. numbers.Select(
                (n, i) => new KernelResources($"k{i}", "sm_89", n.Get, 7 * n.Get, i, 3 * n.Get, 5 * n.Get)),
        ];
        string log = string.Concat(kernels.Select(k =>
            $"ptxas info    : Compiling entry function '{k.Name}' for '{k.Architecture}'\n"
            + $"ptxas info    : Function properties for {k.Name}\n"
            + $"ptxas         .     {k.StackBytes} bytes stack frame, {k.SpillStoreBytes} bytes spill stores, "
            + $"{k.SpillLoadBytes} bytes spill loads\n"
            + $"ptxas info    : Used {k.Registers} registers, used 1 barriers, {k.SharedBytes} bytes smem\n"));
        Assert.Equal(kernels, PtxasLog.Read(log));
        Assert.Equal(kernels, PtxasLog.Read(log.Replace("\n", "\r\n")));
    }

    [Property(MaxTest = 200)]
    public void Any_text_is_read(string? text) => Assert.Empty(PtxasLog.Read(text ?? ""));
}
