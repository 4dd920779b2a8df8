using System.Text.RegularExpressions;

namespace MolEngine.Kernels.Compilation;

/// <summary>Reads and changes what a PTX text declares, without understanding its instructions.</summary>
public static partial class PtxText
{
    /// <summary>The kernels in order, with their parameters and launch bounds.</summary>
    /// <exception cref="FormatException">A parameter's type is not known.</exception>
    public static IReadOnlyList<KernelSignature> Signatures(string ptx) =>
    [
        .. Entry().Matches(ptx).Select(entry =>
        {
            Match bounds = Bounds().Match(entry.Groups["directives"].Value);
            return new KernelSignature(
                entry.Groups["name"].Value,
                [.. Parameter().Matches(entry.Groups["parameters"].Value).Select(SizeOf)],
                bounds.Success ? bounds.Groups["n"].Captures.Aggregate(1, (t, c) => t * Number(c.Value)) : null);
        }),
    ];

    /// <summary>The compiler's version as NVRTC writes it on top: "12.6.85"; null in another compiler's PTX.</summary>
    public static string? CompilerVersion(string ptx)
    {
        Match found = Compiler().Match(ptx);
        return found.Success ? found.Groups[1].Value : null;
    }

    /// <summary>
    /// Source files named as in the repository: the compiler puts the folder in front in which it happened to run.
    /// </summary>
    public static string WithPlainFileNames(string ptx) =>
        FileLine().Replace(ptx, m => $"{m.Groups[1].Value}\"kernels/{Path.GetFileName(m.Groups[2].Value)}\"");

    /// <summary>The text with another ISA version in its <c>.version</c>.</summary>
    public static string WithVersion(string ptx, Version version) =>
        VersionLine().Replace(ptx, $".version {version}", 1);

    private static int SizeOf(Match parameter)
    {
        int count = parameter.Groups["count"].Success ? Number(parameter.Groups["count"].Value) : 1;
        return count * Number(parameter.Groups["bits"].Value) / 8;
    }

    private static int Number(string digits) => int.Parse(digits);

    [GeneratedRegex(@"\.entry\s+(?<name>[\w$]+)\s*(?:\((?<parameters>[^)]*)\))?(?<directives>[^{;]*)\{")]
    private static partial Regex Entry();

    [GeneratedRegex(
        @"\.param\s+(?:\.align\s+\d+\s+)?\.[usfb](?<bits>\d+)\s+(?:\.ptr[^,]*?\s)?[\w$]+(?:\[(?<count>\d+)\])?")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\.(?:maxntid|reqntid)\s+(?<n>\d+)(?:\s*,\s*(?<n>\d+))*")]
    private static partial Regex Bounds();

    [GeneratedRegex(@"^// Cuda compilation tools, release [^,]*, V([\d.]+)", RegexOptions.Multiline)]
    private static partial Regex Compiler();

    [GeneratedRegex(@"^(\s*\.file\s+\d+\s+)""([^""]*)""", RegexOptions.Multiline)]
    private static partial Regex FileLine();

    [GeneratedRegex(@"^\.version\s+\d+\.\d+", RegexOptions.Multiline)]
    private static partial Regex VersionLine();
}
