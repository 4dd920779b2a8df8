using System.Text;
using System.Text.RegularExpressions;

namespace MolEngine.Mutations;

/// <summary>The kernels of a PTX text, without what does not run: which of them a fault has changed.</summary>
internal static partial class PtxKernels
{
    /// <summary>The instructions of each kernel.</summary>
    public static IReadOnlyDictionary<string, string> Of(string ptx)
    {
        var kernels = new Dictionary<string, string>();
        var code = new StringBuilder();
        string? name = null;
        foreach (string line in ptx.Split('\n'))
        {
            Match entry = Entry().Match(line);
            if (entry.Success)
                name = entry.Groups[1].Value;
            if (name is null || line.TrimStart().StartsWith(".loc", StringComparison.Ordinal))
                continue;
            code.Append(line).Append('\n');
            if (line != "}")
                continue;
            kernels[name] = code.ToString();
            code.Clear();
            name = null;
        }

        return kernels;
    }

    /// <summary>Names of kernels whose instructions are not the same.</summary>
    public static IEnumerable<string> Changed(string before, string after)
    {
        IReadOnlyDictionary<string, string> old = Of(before);
        return Of(after).Where(k => old.GetValueOrDefault(k.Key) != k.Value).Select(k => k.Key);
    }

    [GeneratedRegex(@"\.entry (\w+)")]
    private static partial Regex Entry();
}
