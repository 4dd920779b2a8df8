namespace MolEngine.Kernels.Interop;

/// <summary>A call of one of NVIDIA's libraries failed.</summary>
/// <param name="library">Whose call: "CUDA driver".</param>
/// <param name="call">The failing expression.</param>
/// <param name="status">Its numeric status.</param>
/// <param name="name">The status's name in the C header.</param>
/// <param name="text">The library's own sentence.</param>
/// <param name="advice">What to do, or nothing.</param>
public sealed class CudaException(
    string library, string call, int status, string name, string? text, string advice = "")
    : Exception($"{library}: {call}: expected success, got {name} ({status}){Words(name, text)}.{Space(advice)}")
{
    /// <summary>Whose call it was.</summary>
    public string Library { get; } = library;

    public string Call { get; } = call;

    public int Status { get; } = status;

    public string StatusName { get; } = name;

    /// <summary>NVRTC's sentence is the name again.</summary>
    private static string Words(string name, string? text) =>
        string.IsNullOrEmpty(text) || text == name ? "" : $": {text.TrimEnd('.')}";

    private static string Space(string text) => text.Length == 0 ? "" : $" {text}";
}
