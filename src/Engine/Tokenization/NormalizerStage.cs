using System.Globalization;
using System.Text;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// One normalizer of a tokenizer.json: well-formed UTF-8 in and out, the very span that came in where nothing changes.
/// Immutable.
/// </summary>
internal abstract class NormalizerStage
{
    /// <summary>Whether characters may vanish.</summary>
    public virtual bool Removes => false;

    public abstract ReadOnlySpan<byte> Run(ReadOnlySpan<byte> text);
}

/// <summary>NFC, NFD, NFKC or NFKD.</summary>
internal sealed class UnicodeFormStage(UnicodeForm form) : NormalizerStage
{
    public override ReadOnlySpan<byte> Run(ReadOnlySpan<byte> text) => UnicodeForms.NormalizeUtf8(text, form);
}

/// <summary>Prepend: a text in front of every text that is not empty.</summary>
internal sealed class PrependStage(string prefix) : NormalizerStage
{
    private readonly byte[] _prefix = Encoding.UTF8.GetBytes(prefix);

    public override ReadOnlySpan<byte> Run(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return text;
        byte[] longer = [.. _prefix, .. text];
        return longer;
    }
}

/// <summary>Replace with a literal pattern.</summary>
internal sealed class ReplaceStage(string pattern, string content) : NormalizerStage
{
    private readonly byte[] _pattern = Encoding.UTF8.GetBytes(pattern);
    private readonly byte[] _content = Encoding.UTF8.GetBytes(content);

    public override bool Removes => _content.Length == 0;

    public override ReadOnlySpan<byte> Run(ReadOnlySpan<byte> text)
    {
        int found = text.IndexOf(_pattern);
        if (found < 0)
            return text;
        var output = new List<byte>(text.Length + (text.Length / 2));
        for (; found >= 0; found = text.IndexOf(_pattern))
        {
            output.AddRange(text[..found]);
            output.AddRange(_content);
            text = text[(found + _pattern.Length)..];
        }

        output.AddRange(text);
        return output.ToArray();
    }
}

/// <summary>Replace with a regular expression; each match becomes the content as it stands.</summary>
/// <param name="matches">Cuts the text at the pattern's matches and marks these as removed.</param>
internal sealed class RegexReplaceStage(SplitStage matches, string content) : NormalizerStage
{
    private readonly byte[] _content = Encoding.UTF8.GetBytes(content);

    public override bool Removes => _content.Length == 0;

    public override ReadOnlySpan<byte> Run(ReadOnlySpan<byte> text)
    {
        List<int> ends = [];
        matches.Split(text, 0, ends);
        var output = new List<byte>(text.Length);
        int start = 0;
        foreach (int mark in ends)
        {
            int end = SplitStage.EndOf(mark);
            output.AddRange(SplitStage.IsRemoved(mark) ? _content : text[start..end]);
            start = end;
        }

        return output.ToArray();
    }
}

/// <summary>Strip: white space (Unicode's White_Space) at the ends.</summary>
internal sealed class StripStage(bool left, bool right) : NormalizerStage
{
    public override bool Removes => left || right;

    public override ReadOnlySpan<byte> Run(ReadOnlySpan<byte> text)
    {
        while (left && !text.IsEmpty && CharClasses.IsWhiteSpace(Utf8.Decode(text, 0, out int length)))
            text = text[length..];
        while (right && !text.IsEmpty && Utf8.Previous(text, text.Length) is int last
            && CharClasses.IsWhiteSpace(Utf8.Decode(text, last, out _)))
            text = text[..last];
        return text;
    }
}

/// <summary>A stage that maps each character by itself.</summary>
internal abstract class CharacterStage : NormalizerStage
{
    public sealed override ReadOnlySpan<byte> Run(ReadOnlySpan<byte> text)
    {
        var output = new List<byte>(text.Length);
        Span<byte> encoded = stackalloc byte[4];
        for (int at = 0; at < text.Length;)
        {
            int c = Utf8.Decode(text, at, out int length);
            at += length;
            (int first, int second) = Map(c);
            foreach (int mapped in (ReadOnlySpan<int>)[first, second])
            {
                if (mapped >= 0)
                    output.AddRange(encoded[..new Rune(mapped).EncodeToUtf8(encoded)]);
            }
        }

        return output.ToArray();
    }

    /// <summary>What a character becomes: up to two characters, -1 for none.</summary>
    protected abstract (int First, int Second) Map(int codePoint);
}

/// <summary>StripAccents: characters of the category M vanish (after NFD or NFKD, as a rule).</summary>
internal sealed class StripAccentsStage : CharacterStage
{
    public override bool Removes => true;

    protected override (int First, int Second) Map(int codePoint) =>
        CharUnicodeInfo.GetUnicodeCategory(codePoint) is UnicodeCategory.NonSpacingMark
            or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
            ? (-1, -1)
            : (codePoint, -1);
}

/// <summary>Lowercase: each character by itself, as Rust's char::to_lowercase (no final sigma).</summary>
internal sealed class LowercaseStage : CharacterStage
{
    private const int CapitalIWithDot = 0x130;
    private const int DotAbove = 0x307;

    // The one character whose lower case is two (Unicode's SpecialCasing, without conditions).
    protected override (int First, int Second) Map(int codePoint) =>
        codePoint == CapitalIWithDot ? ('i', DotAbove) : (Rune.ToLowerInvariant(new Rune(codePoint)).Value, -1);
}
