using System.Runtime.InteropServices;
using System.Text;
using MolEngine.Kernels.Interop;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Driver;

// Modules and functions.
public sealed unsafe partial class VirtualCudaDriver
{
    private static ReadOnlySpan<byte> ElfMagic => [0x7F, (byte)'E', (byte)'L', (byte)'F'];

    /// <summary>PTX only. What is refused is said in the error log, by name and line.</summary>
    public CUresult cuModuleLoadDataEx(
        out nint module, void* image, uint optionCount, CUjit_option* options, void** optionValues)
    {
        module = 0;
        if (!IsReady(out CUresult status))
            return status;
        if (new ReadOnlySpan<byte>(image, 4).SequenceEqual(ElfMagic))
        {
            return Refuse(
                CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU, "the virtual GPU executes PTX, not machine code", optionCount,
                options, optionValues);
        }

        try
        {
            PreparedPtx prepared = PreparedPtx.Of(Marshal.PtrToStringUTF8((nint)image) ?? "");
            if (prepared.Module.Target > Device.ComputeCapability)
            {
                return Refuse(
                    CUresult.CUDA_ERROR_INVALID_PTX,
                    $".target sm_{prepared.Module.Target}: the device is sm_{Device.ComputeCapability}", optionCount,
                    options,
                    optionValues);
            }

            module = Add(new VirtualModule(prepared, _memory));
            return CUresult.CUDA_SUCCESS;
        }
        catch (PtxException refused)
        {
            return Refuse(CUresult.CUDA_ERROR_INVALID_PTX, refused.Message, optionCount, options, optionValues);
        }
    }

    public CUresult cuModuleUnload(nint module)
    {
        if (!Find(module, out VirtualModule found))
            return NoHandle("module", module);
        // Queued launches of its kernels are run first: the API does not say what would become of them.
        if (IsAlive(out _) && _current.Value != 0)
            Strict(_scheduler.SynchroniseAll);
        foreach (nint function in found.Handles.Values)
            _objects.Remove(function);
        found.Unload(_memory);
        _objects.Remove(module);
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuModuleGetFunction(out nint function, nint module, string name)
    {
        function = 0;
        if (!Find(module, out VirtualModule found))
            return NoHandle("module", module);
        if (found.Function(name) is not { } kernel)
            return Fail(CUresult.CUDA_ERROR_NOT_FOUND, $"no kernel is named {name}");
        if (!found.Handles.TryGetValue(name, out function))
            found.Handles[name] = function = Add(kernel);
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuModuleGetGlobal(out ulong address, out nuint bytes, nint module, string name)
    {
        (address, bytes) = (0, 0);
        if (!Find(module, out VirtualModule found))
            return NoHandle("module", module);
        if (found.Variable(name) is not { } variable)
            return Fail(CUresult.CUDA_ERROR_NOT_FOUND, $"no variable is named {name}");
        (address, bytes) = (variable.Start, (nuint)variable.Size);
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuFuncGetAttribute(out int value, CUfunction_attribute attribute, nint function)
    {
        value = 0;
        if (!Find(function, out VirtualFunction found))
            return NoHandle("function", function);
        int? answer = attribute switch
        {
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK =>
                Math.Min(found.MaxThreads, DeviceProfile.RegistersPerBlock / found.Registers / 32 * 32),
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES => found.Program.StaticShared,
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_CONST_SIZE_BYTES => found.Program.ConstantBytes,
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES => found.Program.LocalBytes,
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS => found.Registers,
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_PTX_VERSION => Device.ComputeCapability,
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_BINARY_VERSION => Device.ComputeCapability,
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_CACHE_MODE_CA => 0,
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES => found.MaxDynamicShared,
            CUfunction_attribute.CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT => -1,
            _ => null,
        };
        value = answer ?? 0;
        return answer is null
            ? Fail(CUresult.CUDA_ERROR_INVALID_VALUE, $"function attribute {(int)attribute} is not known")
            : CUresult.CUDA_SUCCESS;
    }

    public CUresult cuFuncSetAttribute(nint function, CUfunction_attribute attribute, int value)
    {
        if (!Find(function, out VirtualFunction found))
            return NoHandle("function", function);
        if (attribute == CUfunction_attribute.CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT)
            return CUresult.CUDA_SUCCESS;
        if (attribute != CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES)
            return Fail(CUresult.CUDA_ERROR_INVALID_VALUE, $"function attribute {attribute} cannot be set");
        if (value < 0 || value + found.Program.StaticShared > Device.SharedPerBlockOptIn)
        {
            return Fail(
                CUresult.CUDA_ERROR_INVALID_VALUE,
                $"kernel {found.Program.Name}: {value:N0} bytes of dynamic and {found.Program.StaticShared:N0} of "
                + $"static shared memory: {Device.Name} has {Device.SharedPerBlockOptIn:N0} for a block");
        }

        found.MaxDynamicShared = value;
        return CUresult.CUDA_SUCCESS;
    }

    public CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(
        out int blocks, nint function, int blockSize, nuint dynamicSharedBytes)
    {
        blocks = 0;
        if (!Find(function, out VirtualFunction found))
            return NoHandle("function", function);
        blocks = found.BlocksPerMultiprocessor(Device, blockSize, (long)dynamicSharedBytes);
        return CUresult.CUDA_SUCCESS;
    }

    private CUresult Refuse(
        CUresult status, string reason, uint optionCount, CUjit_option* options, void** optionValues)
    {
        byte* log = null;
        long room = 0;
        for (int i = 0; i < optionCount; i++)
        {
            if (options[i] == CUjit_option.CU_JIT_ERROR_LOG_BUFFER)
                log = (byte*)optionValues[i];
            else if (options[i] == CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES)
                room = (long)optionValues[i];
        }

        if (log != null && room > 0)
        {
            byte[] text = Encoding.UTF8.GetBytes(reason);
            int length = (int)Math.Min(text.Length, room - 1);
            text.AsSpan(0, length).CopyTo(new Span<byte>(log, length));
            log[length] = 0;
        }

        return Fail(status, reason);
    }
}
