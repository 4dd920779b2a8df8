using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Launch;

/// <summary>A kernel of a loaded module, ready to be launched. It keeps its module alive.</summary>
public sealed unsafe class CudaKernel
{
    private readonly CudaModule _module;
    private readonly nint _function;
    private int _sharedAllowed;

    /// <param name="signature">Name and parameters: what arguments are compared with.</param>
    /// <exception cref="CudaException">The module has no such kernel.</exception>
    public CudaKernel(CudaModule module, KernelSignature signature)
    {
        _module = module;
        Signature = signature;
        _function = module.Function(signature.Name);
        Attributes = KernelAttributes.Read(module.Context.Driver, _function);

        // What needs no permission.
        _sharedAllowed = module.Context.Properties.SharedPerBlock - Attributes.StaticSharedBytes;
    }

    public KernelSignature Signature { get; }

    public string Name => Signature.Name;

    public KernelAttributes Attributes { get; }

    private ICudaDriver Driver => _module.Context.Driver;

    /// <summary>
    /// Queues a launch on a stream and returns. The arguments are copied; the memory that they point to must live until
    /// the stream has passed the launch.
    /// </summary>
    /// <exception cref="ArgumentException">Shape or arguments do not fit the kernel or the device.</exception>
    public void Launch(CudaStream stream, in LaunchShape shape, KernelArguments arguments)
    {
        shape.Check(Name, _module.Context.Properties, Attributes);
        arguments.Check(Signature);
        _module.Context.MakeCurrent();
        AllowShared(shape.SharedBytes);
        void** pointers = stackalloc void*[Math.Max(1, arguments.Count)];
        arguments.Point(pointers);
        CUresult result = Driver.cuLaunchKernel(
            _function, shape.Grid.X, shape.Grid.Y, shape.Grid.Z, shape.Block.X, shape.Block.Y, shape.Block.Z,
            shape.SharedBytes, stream.Value, pointers, null);
        if (result != CUresult.CUDA_SUCCESS)
            Driver.Check(result, $"cuLaunchKernel({Name}, grid {shape.Grid}, block {shape.Block})");
        GC.KeepAlive(arguments);
        GC.KeepAlive(stream);
        GC.KeepAlive(_module);
    }

    /// <summary>Blocks of a shape that a multiprocessor holds at a time.</summary>
    public int BlocksPerMultiprocessor(in LaunchShape shape)
    {
        shape.Check(Name, _module.Context.Properties, Attributes);
        _module.Context.MakeCurrent();
        AllowShared(shape.SharedBytes);
        Driver.Check(Driver.cuOccupancyMaxActiveBlocksPerMultiprocessor(
            out int blocks, _function, (int)shape.Block.Count, shape.SharedBytes));
        GC.KeepAlive(_module);
        return blocks;
    }

    private void AllowShared(uint bytes)
    {
        if (bytes <= _sharedAllowed)
            return;
        Driver.Check(Driver.cuFuncSetAttribute(
            _function, CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, (int)bytes));
        _sharedAllowed = (int)bytes;
    }
}
