using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using MolEngine.Basics;
using MolEngine.Engine.Files;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// A Split by any pattern that <see cref="RegexTranslator"/> can give .NET with the same meaning. The regex sees one
/// UTF-16 unit for each code point (<see cref="RegexUnits"/>).
/// </summary>
internal sealed class RegexStage : SplitStage
{
    /// <summary>Bytes of a long piece that have the time of <see cref="Limits.Pattern"/>.</summary>
    private const int BytesAPattern = 1 << 20;

    private readonly JsonView _place;
    private readonly string _pattern;
    private readonly Regex _regex;
    private readonly RegexUnits _units;
    private readonly SplitBehavior _behavior;
    private readonly bool _invert;

    /// <exception cref="ModelFileException">The pattern holds something whose meaning in .NET is another, or is not
    /// known.</exception>
    public RegexStage(JsonView pattern, SplitBehavior behavior, bool invert)
    {
        _place = pattern;
        _pattern = pattern.String();
        (_behavior, _invert) = (behavior, invert);
        try
        {
            (string translated, _units) = RegexTranslator.Translate(_pattern);
            _regex = new Regex(translated, RegexOptions.CultureInvariant | RegexOptions.Compiled, Limits.Pattern);
        }
        catch (Exception e) when (e is RegexNotSupportedException or ArgumentException)
        {
            throw pattern.Error(
                "the pattern is not supported", "constructs that mean the same here and in Oniguruma", e.Message);
        }
    }

    /// <summary>
    /// Whether a match may be empty, as far as the pattern shows: it matches the empty text, or looks around.
    /// </summary>
    public bool MayMatchNothing =>
        _regex.IsMatch("") || _pattern.Contains("(?=") || _pattern.Contains("(?!") || _pattern.Contains("(?<");

    protected override bool Removes => _behavior == SplitBehavior.Removed;

    /// <summary>A Split by a literal string.</summary>
    public static RegexStage OfLiteral(JsonView literal, SplitBehavior behavior, bool invert) =>
        new(literal.WithString(RegexTranslator.Escape(literal.String())), behavior, invert);

    /// <inheritdoc/>
    /// <exception cref="ModelFileException">The pattern tries without end, as Oniguruma too gives up at some point.
    /// It is tried twice: the process may have been stopped meanwhile.</exception>
    public override void Split(ReadOnlySpan<byte> text, int offset, List<int> ends)
    {
        int before = ends.Count;
        char[] rented = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            Span<char> chars = rented.AsSpan(0, StandIn(text, rented));
            if (TrySplit(text, chars, offset, ends))
                return;
            ends.RemoveRange(before, ends.Count - before);
            if (TrySplit(text, chars, offset, ends))
                return;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        throw _place.Error(
            "the pattern takes too long", $"at most {Limits.Pattern.TotalSeconds} s on a piece of text",
            $"more on {text.Length:N0} bytes that begin "
            + $"\"{Encoding.UTF8.GetString(text[..Math.Min(text.Length, 40)]).ReplaceLineEndings(" ")}\"");
    }

    private bool TrySplit(ReadOnlySpan<byte> text, ReadOnlySpan<char> chars, int offset, List<int> ends)
    {
        // The expression's own bound is of a match: many slow ones are stopped here.
        long last = Environment.TickCount64
            + ((long)Limits.Pattern.TotalMilliseconds * (1 + (text.Length / BytesAPattern)));
        try
        {
            var pieces = new PieceMerger(_behavior, ends);
            var place = new Cursor(text, offset);
            int seen = 0;
            foreach (ValueMatch match in _regex.EnumerateMatches(chars))
            {
                if (match.Index > seen)
                    pieces.Add(place.MoveTo(match.Index), _invert);
                seen = match.Index + match.Length;
                pieces.Add(place.MoveTo(seen), !_invert);
                if (Environment.TickCount64 > last)
                    return false;
            }

            if (chars.Length > seen)
                pieces.Add(place.MoveTo(chars.Length), _invert);
            pieces.Finish();
            return true;
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private int StandIn(ReadOnlySpan<byte> text, Span<char> chars)
    {
        int count = 0;
        for (int at = 0; at < text.Length;)
        {
            int c = Utf8.Decode(text, at, out int length);
            chars[count++] = _units.IsPlain(c) ? (char)c : _units.Of(c);
            at += length;
        }

        return count;
    }

    /// <summary>Follows the regex through the UTF-8 text: one code point a unit.</summary>
    private ref struct Cursor(ReadOnlySpan<byte> text, int offset)
    {
        private readonly ReadOnlySpan<byte> _text = text;
        private int _unit, _byte;

        /// <summary>The end in bytes, from the offset on, of so many units.</summary>
        public int MoveTo(int unit)
        {
            for (; _unit < unit; _unit++)
            {
                Utf8.Decode(_text, _byte, out int length);
                _byte += length;
            }

            return offset + _byte;
        }
    }
}
