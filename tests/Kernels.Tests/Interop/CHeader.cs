using System.Globalization;
using System.Text.RegularExpressions;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Interop;

/// <summary>Declarations of one of NVIDIA's C headers; the test that wants it skips where it is absent.</summary>
public sealed partial class CHeader
{
    private readonly string _text;

    public CHeader(string file) =>
        _text = Comment().Replace(File.ReadAllText(Shared.FilePath("cuda", "include", file)), "");

    /// <summary>Enumerators of the enum that is called so, with their values.</summary>
    public IReadOnlyDictionary<string, long> Enum(string name)
    {
        Match found = Regex.Match(_text, $@"typedef\s+enum\s*\w*\s*\{{([^{{}}]*)\}}\s*{name}\s*;");
        Assert.True(found.Success, $"{name}: no such enum in the header");
        var values = new Dictionary<string, long>();
        foreach (Match m in Enumerator().Matches(found.Groups[1].Value))
        {
            if (Value(m.Groups[2].Value.Trim()) is { } value)
                values[m.Groups[1].Value] = value;
        }

        return values;
    }

    /// <summary>Value of a macro.</summary>
    public long Macro(string name) =>
        Value(Regex.Match(_text, $@"#define\s+{name}\s+(\S+)").Groups[1].Value) ?? throw new KeyNotFoundException(name);

    /// <summary>
    /// The name under which a function is exported: headers redirect a name to its newest version by a macro. That of
    /// calls with a default stream of each thread is not used here.
    /// </summary>
    public string Export(string function)
    {
        Match macro = Regex.Match(_text, $@"#define\s+{function}\s+(?:__CUDA_API_PT[DS][SZ]\()?(\w+)\)?[ \t]*\n");
        return macro.Success ? macro.Groups[1].Value : function;
    }

    /// <summary>Types of a function's parameters as C writes them, names left out.</summary>
    public IReadOnlyList<string> Parameters(string function)
    {
        const string Result = @"(?:CUresult|cublasStatus_t|nvrtcResult|size_t|const char\s*\*)";
        Match found = Regex.Match(_text, $@"{Result}\s*(?:CUDAAPI|CUBLASWINAPI)?\s*{function}\s*\(([^)]*)\)\s*;");
        Assert.True(found.Success, $"{function}: no such function in the header");
        string list = found.Groups[1].Value.Trim();
        return list is "" or "void" ? [] : [.. list.Split(',').Select(p => TypeOf(p.Trim()))];
    }

    /// <summary>Fields of a struct, those of structs inside it too: type (its last word), name, array length.</summary>
    public IReadOnlyList<(string Type, string Name, int Count)> Struct(string name)
    {
        const string Inner = @"\{[^{}]*\}\s*\w+\s*;";
        Match found = Regex.Match(_text, $@"typedef\s+struct\s*\w*\s*\{{((?:[^{{}}]|{Inner})*)\}}\s*{name}\s*;");
        Assert.True(found.Success, $"{name}: no such struct in the header");
        return
        [
            .. Field().Matches(found.Groups[1].Value).Select(f => (
                Regex.Replace(f.Groups[1].Value, @"\s*\*\s*", " *").Trim(), f.Groups[2].Value,
                f.Groups[3].Success ? int.Parse(f.Groups[3].Value, CultureInfo.InvariantCulture) : 1)),
        ];
    }

    private static string TypeOf(string parameter)
    {
        string type = Regex.Replace(parameter.Replace("const ", ""), @"\s+", " ");
        string plain = Regex.Replace(type, @"\s*(\*+)\s*(const\s*)?", "$1 ").Trim();
        return Regex.Replace(plain, @"\s?\b[A-Za-z]\w*(\[\])?$", m => plain.Contains(' ') ? m.Groups[1].Value : m.Value)
            .Replace("[]", "*").Trim();
    }

    private static long? Value(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? long.Parse(text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        : long.TryParse(text, CultureInfo.InvariantCulture, out long value) ? value : null;

    [GeneratedRegex(@"/\*.*?\*/|//[^\n]*", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\b([A-Z]\w+)\s*=\s*([^,}]+)")]
    private static partial Regex Enumerator();

    [GeneratedRegex(@"(\w+(?:\s+|\s*\*\s*))(\w+)(?:\[(\d+)\])?\s*;")]
    private static partial Regex Field();
}
