using System.Text;
using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Tests.Interop;

/// <summary>A compiler whose cubin is the source's text and the options, and whose PTX and log are given.</summary>
public sealed unsafe class FakeNvrtc(FaultPlan plan) : INvrtc
{
    private string _source = "";
    private string _cubin = "";

    public nvrtcResult Compiles { get; init; }

    public string Ptx { get; init; } = "";

    public string Log { get; init; } = "";

    public int[] Architectures { get; init; } = [80, 89, 90];

    public string? nvrtcGetErrorString(nvrtcResult result) => $"{result}";

    public nvrtcResult nvrtcVersion(out int major, out int minor)
    {
        (major, minor) = (12, 6);
        return Call("nvrtcVersion");
    }

    public nvrtcResult nvrtcGetNumSupportedArchs(out int count)
    {
        count = Architectures.Length;
        return Call("nvrtcGetNumSupportedArchs");
    }

    public nvrtcResult nvrtcGetSupportedArchs(int* architectures)
    {
        Architectures.CopyTo(new Span<int>(architectures, Architectures.Length));
        return Call("nvrtcGetSupportedArchs");
    }

    public nvrtcResult nvrtcCreateProgram(
        out nint program, string source, string name, int headerCount, string[] headers, string[] includeNames)
    {
        program = 0;
        nvrtcResult result = Call("nvrtcCreateProgram");
        if (result == nvrtcResult.NVRTC_SUCCESS)
            program = plan.Make("program");
        _source = source;
        return result;
    }

    public nvrtcResult nvrtcDestroyProgram(ref nint program)
    {
        plan.Remove("program", program);
        program = 0;
        return Call("nvrtcDestroyProgram");
    }

    public nvrtcResult nvrtcCompileProgram(nint program, int optionCount, string[] options)
    {
        _cubin = $"{_source}\n{string.Join(' ', options)}";
        nvrtcResult result = Call("nvrtcCompileProgram");
        return result == nvrtcResult.NVRTC_SUCCESS ? Compiles : result;
    }

    public nvrtcResult nvrtcGetPTXSize(nint program, out nuint bytes) => Size(Ptx, "nvrtcGetPTXSize", out bytes);

    public nvrtcResult nvrtcGetPTX(nint program, byte* ptx) => Text(Ptx, "nvrtcGetPTX", ptx);

    public nvrtcResult nvrtcGetCUBINSize(nint program, out nuint bytes) =>
        Size(_cubin, "nvrtcGetCUBINSize", out bytes);

    public nvrtcResult nvrtcGetCUBIN(nint program, byte* cubin) => Text(_cubin, "nvrtcGetCUBIN", cubin);

    public nvrtcResult nvrtcGetProgramLogSize(nint program, out nuint bytes) =>
        Size(Log, "nvrtcGetProgramLogSize", out bytes);

    public nvrtcResult nvrtcGetProgramLog(nint program, byte* log) => Text(Log, "nvrtcGetProgramLog", log);

    private nvrtcResult Size(string text, string call, out nuint bytes)
    {
        bytes = (nuint)Encoding.UTF8.GetByteCount(text) + 1;
        return Call(call);
    }

    private nvrtcResult Text(string text, string call, byte* to)
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(text), 0];
        bytes.CopyTo(new Span<byte>(to, bytes.Length));
        return Call(call);
    }

    private nvrtcResult Call(string call) =>
        plan.Fails(call) ? nvrtcResult.NVRTC_ERROR_INTERNAL_ERROR : nvrtcResult.NVRTC_SUCCESS;
}
