namespace MolEngine.Kernels.Interop;

/// <summary>
/// NVRTC, the compiler of CUDA C++, as far as this program uses it: a method for each C function, with its name,
/// parameters and status. It needs neither GPU nor driver. C strings are .NET strings; a program is an opaque
/// <c>nint</c>.
/// </summary>
public unsafe interface INvrtc
{
    string? nvrtcGetErrorString(nvrtcResult result);

    nvrtcResult nvrtcVersion(out int major, out int minor);

    nvrtcResult nvrtcGetNumSupportedArchs(out int count);

    /// <param name="architectures">Room for all: 80 stands for sm_80.</param>
    nvrtcResult nvrtcGetSupportedArchs(int* architectures);

    /// <param name="headers">Texts; <paramref name="includeNames"/> says how the source includes each.</param>
    nvrtcResult nvrtcCreateProgram(
        out nint program, string source, string name, int headerCount, string[] headers, string[] includeNames);

    nvrtcResult nvrtcDestroyProgram(ref nint program);

    nvrtcResult nvrtcCompileProgram(nint program, int optionCount, string[] options);

    /// <param name="bytes">The zero byte at the end included.</param>
    nvrtcResult nvrtcGetPTXSize(nint program, out nuint bytes);

    nvrtcResult nvrtcGetPTX(nint program, byte* ptx);

    /// <param name="bytes">0 where the architecture asked for is a virtual one (compute_80).</param>
    nvrtcResult nvrtcGetCUBINSize(nint program, out nuint bytes);

    nvrtcResult nvrtcGetCUBIN(nint program, byte* cubin);

    nvrtcResult nvrtcGetProgramLogSize(nint program, out nuint bytes);

    nvrtcResult nvrtcGetProgramLog(nint program, byte* log);
}
