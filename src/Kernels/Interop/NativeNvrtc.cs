using System.Runtime.InteropServices;

namespace MolEngine.Kernels.Interop;

/// <summary>NVRTC as it is installed: every method is the C function of its name.</summary>
/// <exception cref="DllNotFoundException">Out of any method where the library is absent.</exception>
internal sealed unsafe class NativeNvrtc : INvrtc
{
    public NativeNvrtc() => NativeLibraries.Bind();

    public string? nvrtcGetErrorString(nvrtcResult result) =>
        Marshal.PtrToStringUTF8(NvrtcApi.nvrtcGetErrorString(result));

    public nvrtcResult nvrtcVersion(out int major, out int minor) => NvrtcApi.nvrtcVersion(out major, out minor);

    public nvrtcResult nvrtcGetNumSupportedArchs(out int count) => NvrtcApi.nvrtcGetNumSupportedArchs(out count);

    public nvrtcResult nvrtcGetSupportedArchs(int* architectures) => NvrtcApi.nvrtcGetSupportedArchs(architectures);

    public nvrtcResult nvrtcCreateProgram(
        out nint program, string source, string name, int headerCount, string[] headers, string[] includeNames) =>
        NvrtcApi.nvrtcCreateProgram(out program, source, name, headerCount, headers, includeNames);

    public nvrtcResult nvrtcDestroyProgram(ref nint program) => NvrtcApi.nvrtcDestroyProgram(ref program);

    public nvrtcResult nvrtcCompileProgram(nint program, int optionCount, string[] options) =>
        NvrtcApi.nvrtcCompileProgram(program, optionCount, options);

    public nvrtcResult nvrtcGetPTXSize(nint program, out nuint bytes) => NvrtcApi.nvrtcGetPTXSize(program, out bytes);

    public nvrtcResult nvrtcGetPTX(nint program, byte* ptx) => NvrtcApi.nvrtcGetPTX(program, ptx);

    public nvrtcResult nvrtcGetCUBINSize(nint program, out nuint bytes) =>
        NvrtcApi.nvrtcGetCUBINSize(program, out bytes);

    public nvrtcResult nvrtcGetCUBIN(nint program, byte* cubin) => NvrtcApi.nvrtcGetCUBIN(program, cubin);

    public nvrtcResult nvrtcGetProgramLogSize(nint program, out nuint bytes) =>
        NvrtcApi.nvrtcGetProgramLogSize(program, out bytes);

    public nvrtcResult nvrtcGetProgramLog(nint program, byte* log) => NvrtcApi.nvrtcGetProgramLog(program, log);
}
