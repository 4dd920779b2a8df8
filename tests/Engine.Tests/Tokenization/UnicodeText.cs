using FsCheck;
using FsCheck.Fluent;

namespace MolEngine.Engine.Tests.Tokenization;

/// <summary>A text of many scripts, white space, marks, emoji, added tokens and lone surrogates.</summary>
public sealed record UnicodeText(string Value)
{
    private static readonly string[] Common =
    [
        " ", "  ", "\n", "\r\n", "\t", "\u00A0", "\u2003", "\u2028", "\u0085", "\u3000", "a", "the", "other", " banana",
        "Ünï", "ſ", "'s", "'S", "'ſ", "'ll",
        "'VE", "'t", "'", "1", "12", "1234", "٣", "Ⅷ", "𝟙", "½", "𝒳", "𐐀", "中", "文", "𠀀", "안", "각", "e\u0301", "\u0301",
        "\u0323", "👩🏽", "\u200D",
        "!", "?!", "...", "{", "\0", "<|end|>", "<|e", "\uD800", "\uDC00", "\uE000", "\uFFFD", "\U000E0001",
    ];

    public static Arbitrary<UnicodeText> Texts()
    {
        Gen<string> any = Gen.Choose(0, 0x10FFFF).Select(
            c => c is >= 0xD800 and <= 0xDFFF ? ((char)c).ToString() : char.ConvertFromUtf32(c));
        Gen<string> part = Gen.Frequency((6, Gen.Elements(Common)), (1, any));
        return part.ListOf().Select(parts => new UnicodeText(string.Concat(parts))).ToArbitrary();
    }

    public override string ToString() => System.Text.Json.JsonSerializer.Serialize(Value);
}
