using MolEngine.Kernels.Interop;
using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Execution;

namespace MolEngine.VirtualGpu.Driver;

// Launches.
public sealed unsafe partial class VirtualCudaDriver
{
    public CUresult cuLaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint sharedBytes,
        nint stream, void** kernelParameters, void** extra)
    {
        if (!IsReady(out CUresult status))
            return status;
        if (!Find(function, out VirtualFunction found))
            return NoHandle("function", function);
        KernelProgram program = found.Program;
        status = CheckLaunch(found, (gridX, gridY, gridZ), (blockX, blockY, blockZ), sharedBytes);
        if (status != CUresult.CUDA_SUCCESS)
            return status;
        if (extra != null || (kernelParameters == null && program.Parameters.Count > 0))
            return Fail(CUresult.CUDA_ERROR_INVALID_VALUE,
                $"kernel {program.Name}: expected its parameters by pointers");
        var launch = new Launch
        {
            Program = program,
            Grid = ((int)gridX, (int)gridY, (int)gridZ),
            Block = ((int)blockX, (int)blockY, (int)blockZ),
            DynamicShared = (int)sharedBytes,
            Parameters = ReadParameters(program, kernelParameters),
            Memory = _memory,
            Options = Options,
        };
        return OnStream(stream, s => _scheduler.Enqueue(s, () =>
        {
            if (launch.Options.DropsWork)
                return;
            LaunchCounters counters = launch.Run();
            OnLaunch?.Invoke(program.Name, counters);
        }));
    }

    private static byte[] ReadParameters(KernelProgram program, void** pointers)
    {
        var bytes = new byte[program.ParameterBytes];
        for (int i = 0; i < program.Parameters.Count; i++)
        {
            KernelParameter parameter = program.Parameters[i];
            new ReadOnlySpan<byte>(pointers[i], parameter.Bytes).CopyTo(bytes.AsSpan(parameter.Offset));
        }

        return bytes;
    }

    private CUresult CheckLaunch(
        VirtualFunction function, (uint X, uint Y, uint Z) grid, (uint X, uint Y, uint Z) block, uint dynamicShared)
    {
        KernelProgram program = function.Program;
        CUresult Refused(CUresult status, string what) =>
            Fail(status, $"launch of {program.Name} on {Device.Name}: {what}");
        const CUresult Invalid = CUresult.CUDA_ERROR_INVALID_VALUE;
        ulong threads = (ulong)block.X * block.Y * block.Z;
        if (grid.X is 0 or > DeviceProfile.MaxGridX || grid.Y is 0 or > DeviceProfile.MaxGridYz
            || grid.Z is 0 or > DeviceProfile.MaxGridYz)
        {
            return Refused(
                Invalid,
                $"grid {grid}: expected 1 to {DeviceProfile.MaxGridX} by {DeviceProfile.MaxGridYz} by "
                + $"{DeviceProfile.MaxGridYz}");
        }

        if (threads is 0 or > DeviceProfile.MaxThreadsPerBlock || block.Z > DeviceProfile.MaxBlockZ)
        {
            return Refused(
                Invalid,
                $"block {block}: expected 1 to {DeviceProfile.MaxThreadsPerBlock} threads, z up to "
                + $"{DeviceProfile.MaxBlockZ}");
        }

        if (program.RequiredThreads is { } required && required != ((int)block.X, (int)block.Y, (int)block.Z))
            return Refused(Invalid, $"block {block}: the kernel was compiled for {required}");
        if (threads > (ulong)function.MaxThreads)
            return Refused(Invalid, $"{threads} threads: its launch bounds allow {function.MaxThreads}");
        if (threads * (ulong)function.Registers > DeviceProfile.RegistersPerBlock)
        {
            return Refused(
                CUresult.CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES,
                $"{threads} threads of {function.Registers} registers: a block has {DeviceProfile.RegistersPerBlock}");
        }

        if (program.StaticShared > DeviceProfile.SharedPerBlock)
        {
            return Refused(
                Invalid, $"{program.StaticShared:N0} bytes of static shared memory: expected at most "
                + $"{DeviceProfile.SharedPerBlock:N0}");
        }

        if (dynamicShared > function.MaxDynamicShared)
        {
            return Refused(
                Invalid,
                $"{dynamicShared:N0} bytes of dynamic shared memory: allowed are {function.MaxDynamicShared:N0} "
                + $"(cuFuncSetAttribute raises it, up to {Device.SharedPerBlockOptIn - program.StaticShared:N0})");
        }

        return program.ParameterBytes > DeviceProfile.MaxParameterBytes
            ? Refused(Invalid, $"{program.ParameterBytes} bytes of parameters: expected at most "
                + $"{DeviceProfile.MaxParameterBytes}")
            : CUresult.CUDA_SUCCESS;
    }
}
