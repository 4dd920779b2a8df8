using System.Text.RegularExpressions;

namespace MolEngine.Kernels.Compilation;

/// <summary>What a source promises, as the comment on its top says.</summary>
/// <param name="File">"kernels/adamw.cu".</param>
/// <param name="Summary">Lines that hold for all its kernels.</param>
/// <param name="Kernels">In the order of the comment.</param>
public sealed partial record KernelContract(
    string File, IReadOnlyList<string> Summary, IReadOnlyList<KernelContract.Promise> Kernels)
{
    /// <summary>The contract of one kernel.</summary>
    /// <param name="Declaration">Name and parameters, as in the comment.</param>
    /// <param name="Parameters">How many.</param>
    public sealed record Promise(string Name, string Declaration, int Parameters, IReadOnlyList<string> Lines);

    /// <summary>
    /// Reads the comment: lines of "// text" from the first line on. One that reads "// name(parameters)" begins the
    /// contract of a kernel, which goes on as long as lines are empty or indented by two more spaces.
    /// </summary>
    /// <exception cref="FormatException">The source does not begin so, or no kernel is in it.</exception>
    public static KernelContract Of(KernelSource source)
    {
        var summary = new List<string>();
        var kernels = new List<Promise>();
        List<string> lines = summary;
        foreach (string line in source.Text.Split('\n').TakeWhile(l => l.StartsWith("//", StringComparison.Ordinal)))
        {
            string text = line.Length > 3 ? line[3..].TrimEnd() : "";
            Match declaration = Declaration().Match(text);
            if (declaration.Success)
            {
                lines = [];
                string parameters = declaration.Groups[2].Value;
                int count = parameters.Trim().Length == 0 ? 0 : parameters.Split(',').Length;
                kernels.Add(new Promise(declaration.Groups[1].Value, text, count, lines));
            }
            else if (text.Length > 0 && text[0] != ' ' && lines != summary)
            {
                throw new FormatException(
                    $"{source.FileName}: contract: expected the lines of {kernels[^1].Name} indented, got \"{text}\"");
            }
            else
            {
                lines.Add(text);
            }
        }

        if (kernels.Count == 0)
            throw new FormatException($"{source.FileName}: contract: expected a comment that names the kernels, got none");
        return new KernelContract(
            source.FileName, Trimmed(summary), [.. kernels.Select(k => k with { Lines = Trimmed(k.Lines) })]);
    }

    private static IReadOnlyList<string> Trimmed(IReadOnlyList<string> lines) =>
        [.. lines.Reverse().SkipWhile(l => l.Length == 0).Reverse()];

    [GeneratedRegex(@"^([a-z_]\w*)\(([^()]*)\)$")]
    private static partial Regex Declaration();
}
