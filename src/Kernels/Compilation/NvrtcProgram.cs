using System.Text;
using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Compilation;

/// <summary>A source in NVRTC's hands.</summary>
internal sealed unsafe class NvrtcProgram : CudaHandle
{
    private readonly INvrtc _nvrtc;

    /// <exception cref="CudaException">NVRTC refuses it.</exception>
    public NvrtcProgram(INvrtc nvrtc, KernelSource source)
    {
        _nvrtc = nvrtc;
        string[] texts = [.. source.Headers.Select(h => h.Text)], names = [.. source.Headers.Select(h => h.Name)];
        nvrtc.Check(nvrtc.nvrtcCreateProgram(
            out nint program, source.Text, source.FileName, names.Length, texts, names));
        SetHandle(program);
    }

    public nvrtcResult Compile(CompileOptions options) =>
        _nvrtc.nvrtcCompileProgram(Value, options.Arguments.Count, [.. options.Arguments]);

    public string Log()
    {
        _nvrtc.Check(_nvrtc.nvrtcGetProgramLogSize(Value, out nuint size));
        var log = new byte[size];
        fixed (byte* bytes = log)
            _nvrtc.Check(_nvrtc.nvrtcGetProgramLog(Value, bytes));
        return Text(log);
    }

    public string Ptx()
    {
        _nvrtc.Check(_nvrtc.nvrtcGetPTXSize(Value, out nuint size));
        var ptx = new byte[size];
        fixed (byte* bytes = ptx)
            _nvrtc.Check(_nvrtc.nvrtcGetPTX(Value, bytes));
        return Text(ptx);
    }

    /// <summary>Empty of a virtual architecture, for which NVRTC refuses to be asked for one.</summary>
    public byte[] Cubin()
    {
        _nvrtc.Check(_nvrtc.nvrtcGetCUBINSize(Value, out nuint size));
        if (size == 0)
            return [];
        var cubin = new byte[size];
        fixed (byte* bytes = cubin)
            _nvrtc.Check(_nvrtc.nvrtcGetCUBIN(Value, bytes));
        return cubin;
    }

    protected override void Release()
    {
        nint program = handle;
        _ = _nvrtc.nvrtcDestroyProgram(ref program);
    }

    /// <summary>A C string.</summary>
    private static string Text(byte[] bytes)
    {
        int length = Array.IndexOf(bytes, (byte)0);
        return Encoding.UTF8.GetString(bytes, 0, length < 0 ? bytes.Length : length);
    }
}
