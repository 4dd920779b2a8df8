using System.Text.RegularExpressions;

namespace MolEngine.Mutations;

/// <summary>Faults that can be made of any kernel: slips of the hand, by pattern.</summary>
internal static partial class Operators
{
    private static readonly (string Kind, string Why, Regex Pattern, string Replacement)[] All =
    [
        ("barrier", "dropped __syncthreads", BlockBarrier(), ";"),
        ("barrier", "dropped sync_warp", WarpBarrier(), ";"),
        ("barrier", "dropped wait for asynchronous copies", Wait(), ";"),
        ("bound", "< made <=", Less(), " <= "),
        ("bound", ">= made >", AtLeast(), " > "),
        ("bound", "> made >=", Greater(), " >= "),
        ("bound", "one more", Limit(), "$1 + 1;"),
        ("guard", "dropped condition", Guard(), "if (true)"),
        ("stride", "wrong stride", Stride(), "($0 - 1)"),
        ("operands", "swapped branches", Choice(), "? $2 : $1"),
        ("operands", "swapped operands of fma", Fma(), "fma_rn($1, $3, $2)"),
        ("operands", "difference for sum", Sum(), " - "),
        ("sum", "overwritten instead of added", Addition(), " = "),
        ("sum", "dropped scaling", Scaling(), " *= 1.0f;"),
        ("maximum", "dropped update of a maximum", Maximum(), "$1"),
    ];

    /// <summary>Every place in a file that a pattern meets, in code.</summary>
    public static IEnumerable<Mutant> Of(string file, string text)
    {
        foreach ((string kind, string why, Regex pattern, string replacement) in All)
        {
            foreach (Match place in pattern.Matches(text))
            {
                if (IsCode(text, place.Index))
                {
                    yield return new Mutant(
                        kind, file, place.Index, place.Value, place.Result(replacement), why);
                }
            }
        }
    }

    /// <summary>Neither a comment nor a line of the preprocessor or of inline assembly.</summary>
    private static bool IsCode(string text, int at)
    {
        int from = text.LastIndexOf('\n', Math.Max(0, at - 1)) + 1;
        ReadOnlySpan<char> before = text.AsSpan(from, at - from), start = before.TrimStart();
        return !before.Contains("//", StringComparison.Ordinal) && !before.Contains('"')
            && !start.StartsWith("#") && !start.StartsWith("template");
    }

    [GeneratedRegex(@"__syncthreads\(\);")]
    private static partial Regex BlockBarrier();

    [GeneratedRegex(@"sync_warp\(\);")]
    private static partial Regex WarpBarrier();

    [GeneratedRegex(@"cp_async_wait<[^>]*>\(\);")]
    private static partial Regex Wait();

    [GeneratedRegex(@" < ")]
    private static partial Regex Less();

    [GeneratedRegex(@" >= ")]
    private static partial Regex AtLeast();

    [GeneratedRegex(@" > ")]
    private static partial Regex Greater();

    [GeneratedRegex(@"(?<=for \([^;\n]*; [^;\n]*)(\w+);")]
    private static partial Regex Limit();

    [GeneratedRegex(@"\bif \((?!true)(?:[^()\n]|\([^()\n]*\))*\)(?=\s*(?:\{|\n))")]
    private static partial Regex Guard();

    [GeneratedRegex(@"(?<=\* )(?:\w+\.)?\w*(?:[Ss]tride|hidden|head_dim|width|capacity)\b")]
    private static partial Regex Stride();

    [GeneratedRegex(@"\? ([\w.]+) : ([\w.]+)")]
    private static partial Regex Choice();

    [GeneratedRegex(@"fma_rn\(([^(),\n]+), ([^(),\n]+), ([^(),\n]+)\)")]
    private static partial Regex Fma();

    [GeneratedRegex(@"(?<=[\w)\]]) \+ (?=[\w(])")]
    private static partial Regex Sum();

    [GeneratedRegex(@" \+= ")]
    private static partial Regex Addition();

    [GeneratedRegex(@" \*= [^;\n]*;")]
    private static partial Regex Scaling();

    [GeneratedRegex(@"\bmax_of\(([\w.\[\]]+), (?:[^()\n]|\((?:[^()\n]|\([^()\n]*\))*\))*\)")]
    private static partial Regex Maximum();
}
