using System.Buffers;
using System.Text.Json;
using MolEngine.Engine.Chat;

namespace MolEngine.Data.Records;

/// <summary>
/// Finds texts of a dialogue in what a chat template wrote of it: each at a place of its own, so that a name is not
/// found in what somebody says; blanks aside, and as they are or with JSON's escapes.
/// </summary>
internal sealed class RenderedTexts
{
    private readonly string _rendered;

    /// <summary>Starts and ends of the places that are taken, ascending.</summary>
    private readonly SortedList<int, int> _taken = [];

    private RenderedTexts(string rendered) => _rendered = rendered;

    /// <summary>The texts that are not there; of one that holds reasoning, its parts that are not.</summary>
    /// <returns>The number of each, from 0, and its characters.</returns>
    public static IReadOnlyList<(int Text, int Characters)> Missing(IReadOnlyList<string> texts, string rendered)
    {
        if (AreInOrder(texts, rendered))
            return [];
        var places = new RenderedTexts(WithoutBlanks(rendered));
        (string open, string close) = (ThinkMarks.Default.Open, ThinkMarks.Default.Close);
        return
        [
            .. texts.SelectMany((text, number) => Parts(text).Select(part => (Number: number, Part: part)))
                .OrderByDescending(t => t.Part.Length).Where(t => !places.Take(t.Part))
                .Select(t => (t.Number, t.Part.Trim().Length)),
        ];

        IEnumerable<string> Parts(string text) => text.Contains(close, StringComparison.Ordinal)
            ? text.Split(close).Select(part => part.Replace(open, ""))
            : [text];
    }

    /// <summary>Whether all texts stand in what was written one after another: so it is with most dialogues.</summary>
    private static bool AreInOrder(IReadOnlyList<string> texts, string rendered)
    {
        int end = 0;
        foreach (string text in texts)
        {
            ReadOnlySpan<char> wanted = text.AsSpan().Trim();
            int at = rendered.AsSpan(end).IndexOf(wanted);
            if (at < 0)
                return false;
            end += at + wanted.Length;
        }

        return true;
    }

    /// <summary>Takes a place of a text that no other has taken; false where there is none.</summary>
    private bool Take(string text) =>
        TakeExactly(WithoutBlanks(text)) || TakeExactly(WithoutBlanks(JsonEncodedText.Encode(text).ToString()))
        || TakeExactly(WithoutBlanks(Escaped(text)));

    private bool TakeExactly(string text)
    {
        int at = text.Length == 0 ? -1 : _rendered.IndexOf(text, StringComparison.Ordinal);
        while (at >= 0)
        {
            if (EndOfTaken(at, at + text.Length) is not { } end)
            {
                _taken.Add(at, at + text.Length);
                return true;
            }

            at = _rendered.IndexOf(text, end, StringComparison.Ordinal);
        }

        return text.Length == 0;
    }

    /// <summary>The end of the first place taken that a place overlaps; null where it overlaps none.</summary>
    private int? EndOfTaken(int start, int end)
    {
        int first = 0, after = _taken.Count;
        while (first < after)
        {
            int middle = (first + after) / 2;
            if (_taken.GetValueAtIndex(middle) <= start)
                first = middle + 1;
            else
                after = middle;
        }

        return first < _taken.Count && _taken.GetKeyAtIndex(first) < end ? _taken.GetValueAtIndex(first) : null;
    }

    private static string WithoutBlanks(string text)
    {
        char[] buffer = ArrayPool<char>.Shared.Rent(text.Length);
        int length = 0;
        foreach (char c in text)
        {
            if (!char.IsWhiteSpace(c))
                buffer[length++] = c;
        }

        string without = new(buffer, 0, length);
        ArrayPool<char>.Shared.Return(buffer);
        return without;
    }

    /// <summary>Escaped as Python's json.dumps does without ASCII alone.</summary>
    private static string Escaped(string text) =>
        text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n").Replace("\t", "\\t").Replace("\r", "\\r");
}
