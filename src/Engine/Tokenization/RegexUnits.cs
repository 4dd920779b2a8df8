using System.Globalization;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// What a regex of .NET sees of a text: one UTF-16 unit for each code point. Beyond the BMP a unit stands in that the
/// pattern does not name, of the same general category; code points that ranges of the pattern name have stand-ins of
/// their own, for each category in each range, which the pattern then names instead.
/// </summary>
internal sealed class RegexUnits
{
    private const int FirstAstral = 0x10000;
    private const int Categories = 30;

    private readonly IReadOnlyList<(int First, int Last)> _named;
    private readonly char[] _common = new char[Categories];
    private readonly List<(int First, int Last, char[] StandIns)> _ranges = [];
    private readonly HashSet<char> _taken = [];

    /// <param name="named">The characters that the pattern names, alone or in ranges.</param>
    /// <exception cref="RegexNotSupportedException">No character of a category is left.</exception>
    public RegexUnits(IReadOnlyList<(int First, int Last)> named)
    {
        _named = named;
        for (int c = 0xFFFF; c >= 0x80; c--)
        {
            if (!Names(c))
                _common[(int)CharUnicodeInfo.GetUnicodeCategory(c)] = (char)c;
        }

        int[] borders = [.. named.SelectMany(r => new[] { r.First, r.Last + 1 }).Distinct().Order()];
        for (int i = 0; i + 1 < borders.Length; i++)
        {
            if (borders[i + 1] > FirstAstral && Names(borders[i]))
                AddRange(borders[i], borders[i + 1] - 1);
        }

        CheckCommon();
    }

    /// <summary>The unit of a code point.</summary>
    public char Of(int codePoint)
    {
        int category = (int)CharUnicodeInfo.GetUnicodeCategory(codePoint);
        if (codePoint < FirstAstral)
            return _taken.Contains((char)codePoint) ? _common[category] : (char)codePoint;
        foreach ((int first, int last, char[] standIns) in _ranges)
        {
            if (codePoint >= first && codePoint <= last)
                return standIns[category];
        }

        return _common[category];
    }

    /// <summary>Members of a class for the code points of a named range beyond the BMP.</summary>
    public IEnumerable<char> Members(int first, int last) =>
        _ranges.Where(r => r.First <= last && r.Last >= first).SelectMany(r => r.StandIns).Where(c => c != 0);

    /// <summary>Whether no unit is another than a BMP character itself.</summary>
    public bool IsPlain(int codePoint) => codePoint < FirstAstral && _taken.Count == 0;

    private static RegexNotSupportedException Exhausted(UnicodeCategory category) =>
        new($"ranges that name every character of the category {category}", 0);

    private bool Names(int c) => _named.Any(r => c >= r.First && c <= r.Last);

    /// <summary>
    /// A stand-in for each category that occurs beyond the BMP in a range that no border of the pattern cuts: a BMP
    /// character of the same range, or one that nothing else is.
    /// </summary>
    private void AddRange(int first, int last)
    {
        var standIns = new char[Categories];
        for (int c = Math.Max(first, 0x80); c < FirstAstral; c++)
            standIns[(int)CharUnicodeInfo.GetUnicodeCategory(c)] = (char)c;
        for (int c = Math.Max(first, FirstAstral); c <= last; c++)
        {
            UnicodeCategory category = CharUnicodeInfo.GetUnicodeCategory(c);
            if (standIns[(int)category] == 0)
                standIns[(int)category] = TakeOne(category);
        }

        _ranges.Add((Math.Max(first, FirstAstral), last, standIns));
    }

    private void CheckCommon()
    {
        if (!_common.Contains('\0'))
            return;
        for (int c = FirstAstral; c <= 0x10FFFF; c++)
        {
            UnicodeCategory category = CharUnicodeInfo.GetUnicodeCategory(c);
            if (_common[(int)category] == 0 && !Names(c))
                throw Exhausted(category);
        }
    }

    private char TakeOne(UnicodeCategory category)
    {
        for (int c = 0x80; c < FirstAstral; c++)
        {
            bool free = CharUnicodeInfo.GetUnicodeCategory(c) == category && c != _common[(int)category] && !Names(c);
            if (free && _taken.Add((char)c))
                return (char)c;
        }

        throw Exhausted(category);
    }
}
