using System.Text.RegularExpressions;

namespace MolEngine.Kernels.Compilation;

/// <summary>
/// A kernel was refused by the compiler. The message names the first error's file and line, the options and the
/// compiler, and ends with its whole log.
/// </summary>
public sealed partial class KernelCompileException : Exception
{
    private KernelCompileException(string message, string file, int? line, string log)
        : base(message)
    {
        File = file;
        Line = line;
        Log = log;
    }

    /// <summary>Where the first error is: "kernels/adamw.cu", or a header.</summary>
    public string File { get; }

    public int? Line { get; }

    public string Log { get; }

    /// <param name="status">The compiler's status, for an error that its log does not place.</param>
    public static KernelCompileException Of(
        KernelSource source, CompileOptions options, string compiler, string status, string log)
    {
        string text = log.Trim();
        Match first = Error().Match(text);
        string file = first.Success ? $"kernels/{Path.GetFileName(first.Groups["file"].Value)}" : source.FileName;
        int? line = first.Success ? int.Parse(first.Groups["line"].Value) : null;
        string what = first.Success ? first.Groups["what"].Value.Trim() : text.Length > 0 ? Head(text) : status;
        string where = line is null ? file : $"{file}:{line}";
        string message = $"{where}: does not compile: {what}\ncompiler: {compiler}\noptions: {options}";
        return new KernelCompileException(text.Length > 0 ? $"{message}\n{text}" : message, file, line, text);
    }

    private static string Head(string text) => text.Split('\n')[0].Trim();

    [GeneratedRegex(@"^(?<file>[^\n(]+)\((?<line>\d+)\): (?:[a-z]+ )?error[^:\n]*: (?<what>[^\n]*)", RegexOptions.Multiline)]
    private static partial Regex Error();
}
