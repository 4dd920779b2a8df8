using System.Diagnostics;
using System.Text;
using MolEngine.Engine.Tokenization;
using MolEngine.UnicodeTables;

namespace MolEngine.Engine.Tests.Tokenization;

/// <summary>Our NFC against ICU 72's, by digests that `tools/UnicodeTables digests` printed.</summary>
public sealed class NfcTokenizerTests
{
    [Theory]
    [InlineData("each", "98ea4c71d90e252c8858e894bbeea630c11f88f57eca3f85a0924018bd28fa1e")]
    [InlineData("after_a", "2ec7b170d64d479a47b898460e03cb4ae1e1eef3c1c1a6c5db298cd589546864")]
    [InlineData("before_marks", "56e70521e28f3d989795a6f5a4fc83b24f78e82a19aca0a414a5d6d4d171757d")]
    [InlineData("between_marks", "3a5f292bd9479e2073af049aa07df194c84da33f3f322685031f96476afbe188")]
    [InlineData("random", "3aabfb6797fb6f02dbfde0457a720af19db7e2011e2cbaf8ba33bc98022836bd")]
    public void AgreesWithIcu(string group, string digest)
    {
        IEnumerable<string> texts = NormalizationSamples.All.Single(g => g.Name == group).Texts;
        Assert.Equal(digest, NormalizationSamples.Digest(texts, Nfc.Normalize));
    }

    [Theory]
    [InlineData("e\u0301", "\u00E9")]
    [InlineData("a\u0323\u0302", "\u1EAD")]
    [InlineData("a\u0302\u0323", "\u1EAD")]
    [InlineData("x a\u0302\u0323y", "x \u1EADy")]
    [InlineData("\u1100\u1161\u11A8", "\uAC01")]
    [InlineData("\uAC00\u11A8", "\uAC01")]
    [InlineData("\u212B\u2126", "\u00C5\u03A9")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\u0301a", "\u0301a")]
    [InlineData("ABC\u0300\u05D0\u05BC", "ABC\u0300\u05D0\u05BC")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165")]
    [InlineData("\U0002F800!", "\u4E3D!")]
    public void KnownPairs(string text, string normalized) => Assert.Equal(normalized, Nfc.Normalize(text));

    [Fact]
    public void NormalisedTextIsNotCopied()
    {
        byte[] text = Encoding.UTF8.GetBytes("plain, naïve, Ὀδυσσεύς, 日本語, 한국어, 👩🏽, e\u0316");
        ReadOnlySpan<byte> result = Nfc.NormalizeUtf8(text);
        Assert.True(result == text.AsSpan());
    }

    [Fact]
    public void LongRunsOfMarksAreNoTrap()
    {
        string marks = string.Concat(Enumerable.Repeat("\u0301\u0323", 100_000));
        var watch = Stopwatch.StartNew();
        string normalized = Nfc.Normalize("q" + marks);
        Assert.Equal("q" + new string('\u0323', 100_000) + new string('\u0301', 100_000), normalized);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{watch.Elapsed}: quadratic?");
    }
}
