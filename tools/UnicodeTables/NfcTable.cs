using System.Text;

namespace MolEngine.UnicodeTables;

/// <summary>
/// Derives the table of the normalisation forms from string.Normalize alone: combining order, decompositions,
/// compositions, compatibility decompositions.
/// </summary>
public static class NfcTable
{
    private const int Width = 120;

    public static void Write(TextWriter output, int icuVersion)
    {
        int[] all = [.. NormalizationSamples.CodePoints()];
        output.WriteLine($"# Unicode normalisation forms, from ICU (collation data {icuVersion:X8}) by "
            + "tools/UnicodeTables. Do not edit.");
        WriteMarks(output, all);
        WriteMappings(output, all);
    }

    /// <summary>
    /// Combining classes as ranks: 0 starter, 1, 2, ... in canonical order. Normalisation swaps two marks exactly where
    /// the second has the lower, non-zero class, which tells the order of any two.
    /// </summary>
    private static void WriteMarks(TextWriter output, int[] all)
    {
        List<List<int>> classes = [];
        foreach (int c in all.Where(IsMark))
        {
            int at = 0;
            while (at < classes.Count && Order(c, classes[at][0]) > 0)
                at++;
            if (at == classes.Count || Order(c, classes[at][0]) < 0)
                classes.Insert(at, []);
            classes[at].Add(c);
        }

        output.WriteLine("# Marks: rank of the combining class, then ranges of code points.");
        for (int rank = 1; rank <= classes.Count; rank++)
            WritePacked(output, $"@{rank}", Ranges(classes[rank - 1]));
    }

    /// <summary>
    /// Whether c is a mark that decomposes to itself: it changes places with one of class 1, or, if of class 1, with
    /// one of 220.
    /// </summary>
    private static bool IsMark(int c) =>
        Text(c).Normalize(NormalizationForm.FormD) == Text(c) && (Order(c, 0x0334) != 0 || Order(c, 0x0323) != 0);

    /// <summary>
    /// -1, 0 or 1 as the class of a lies below, equals or lies above b's; 0 where either is a starter.
    /// </summary>
    private static int Order(int a, int b) =>
        Text(a, b).Normalize(NormalizationForm.FormD) != Text(a, b) ? 1
        : Text(b, a).Normalize(NormalizationForm.FormD) != Text(b, a) ? -1
        : 0;

    private static IEnumerable<string> Ranges(List<int> sorted)
    {
        for (int i = 0; i < sorted.Count;)
        {
            int first = i++;
            while (i < sorted.Count && sorted[i] == sorted[i - 1] + 1)
                i++;
            yield return i - first == 1 ? $"{sorted[first]:X}" : $"{sorted[first]:X}-{sorted[i - 1]:X}";
        }
    }

    /// <summary>
    /// Each canonical mapping but Hangul's: X=Y+Z where Y Z compose to X, X>Y+Z... where X only decomposes (fully
    /// given).
    /// </summary>
    private static void WriteMappings(TextWriter output, int[] all)
    {
        List<string> composites = [], others = [];
        foreach (int c in all.Where(c => c is < 0xAC00 or > 0xD7A3))
        {
            int[] full = CodePoints(Text(c).Normalize(NormalizationForm.FormD));
            if (full is [int only] && only == c)
                continue;
            if (Text(c).Normalize(NormalizationForm.FormC) != Text(c))
            {
                others.Add($"{c:X}>{string.Join('+', full.Select(x => x.ToString("X")))}");
                continue;
            }

            int[] first = CodePoints(Text(full[..^1]).Normalize(NormalizationForm.FormC));
            if (first.Length != 1 || Text(first[0], full[^1]).Normalize(NormalizationForm.FormC) != Text(c))
                throw new InvalidDataException($"U+{c:X4} is no composite of two characters");
            composites.Add($"{c:X}={first[0]:X}+{full[^1]:X}");
        }

        output.WriteLine("# Composites: the character, the two it is composed of.");
        WritePacked(output, "", composites);
        output.WriteLine("# Characters that decompose and never come back: the full decomposition.");
        WritePacked(output, "", others);
        output.WriteLine("# Characters whose compatibility decomposition is another: that one, in full.");
        WritePacked(output, "", all.Where(c => Text(c).Normalize(NormalizationForm.FormKD)
            != Text(c).Normalize(NormalizationForm.FormD)).Select(c => $"{c:X}~" + string.Join(
                '+', CodePoints(Text(c).Normalize(NormalizationForm.FormKD)).Select(x => x.ToString("X")))));
    }

    private static void WritePacked(TextWriter output, string head, IEnumerable<string> items)
    {
        var line = new StringBuilder(head);
        foreach (string item in items)
        {
            if (line.Length + 1 + item.Length > Width)
            {
                output.WriteLine(line);
                line.Clear().Append(head);
            }

            line.Append(line.Length > 0 ? " " : "").Append(item);
        }

        output.WriteLine(line);
    }

    private static string Text(params int[] codePoints) => string.Concat(codePoints.Select(char.ConvertFromUtf32));

    private static int[] CodePoints(string text) => [.. text.EnumerateRunes().Select(r => r.Value)];
}
