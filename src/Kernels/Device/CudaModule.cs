using System.Text;
using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Device;

/// <summary>Code loaded into a context: a cubin, or PTX that the driver compiles for the device.</summary>
/// <param name="name">Name of the source, for errors.</param>
/// <param name="image">A cubin, or PTX as UTF-8 text.</param>
/// <exception cref="CudaException">The driver refuses the image; the message carries its compiler's log.</exception>
public sealed unsafe class CudaModule(CudaContext context, string name, ReadOnlyMemory<byte> image)
    : CudaResource(context, driver => Load(driver, name, image.Span))
{
    private const int LogBytes = 1 << 14;

    public string Name { get; } = name;

    /// <summary>The native function of a kernel; it lives as long as the module.</summary>
    internal nint Function(string kernel)
    {
        Context.MakeCurrent();
        CUresult result = Driver.cuModuleGetFunction(out nint function, Value, kernel);
        Driver.Check(result, $"cuModuleGetFunction({Name}, {kernel})");
        GC.KeepAlive(this);
        return function;
    }

    private protected override void ReleaseIn(ICudaDriver driver, nint native) => driver.cuModuleUnload(native);

    private static nint Load(ICudaDriver driver, string name, ReadOnlySpan<byte> image)
    {
        // PTX is a C string; a cubin does not mind a byte more.
        byte[] terminated = [.. image, 0];
        var log = new byte[LogBytes];
        fixed (byte* bytes = terminated, errors = log)
        {
            CUjit_option* options = stackalloc CUjit_option[]
                { CUjit_option.CU_JIT_ERROR_LOG_BUFFER, CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES };
            void** values = stackalloc void*[] { errors, (void*)LogBytes };
            CUresult result = driver.cuModuleLoadDataEx(out nint module, bytes, 2, options, values);
            if (result == CUresult.CUDA_SUCCESS)
                return module;
            int length = log.AsSpan().IndexOf((byte)0);
            string said = Encoding.UTF8.GetString(log, 0, length < 0 ? log.Length : length).Trim();
            driver.Check(
                result, $"cuModuleLoadDataEx({name}, {image.Length} bytes){(said.Length > 0 ? $": {said}" : "")}");
            return 0;
        }
    }
}
