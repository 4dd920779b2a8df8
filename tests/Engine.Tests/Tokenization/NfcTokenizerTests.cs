using System.Diagnostics;
using System.Text;
using MolEngine.Engine.Tokenization;
using MolEngine.UnicodeTables;

namespace MolEngine.Engine.Tests.Tokenization;

/// <summary>Our normalisation forms against ICU 72's, by digests that `tools/UnicodeTables digests` printed.</summary>
public sealed class NfcTokenizerTests
{
    [Theory]
    [InlineData("each", UnicodeForm.Nfc, "98ea4c71d90e252c8858e894bbeea630c11f88f57eca3f85a0924018bd28fa1e")]
    [InlineData("each", UnicodeForm.Nfd, "447f0ee7f126c36c5f09d10271ad639b8a6681a61593e1dd9e074a148db53bee")]
    [InlineData("each", UnicodeForm.Nfkc, "7178db152a9bac1eb71978cf9fb873f6de4eb7601c44b021ff085f86c9cc7fad")]
    [InlineData("each", UnicodeForm.Nfkd, "ea7510fe9dfd00f3e00e764186697033742176e440ea2dac786b97fb76fd4fd2")]
    [InlineData("after_a", UnicodeForm.Nfc, "2ec7b170d64d479a47b898460e03cb4ae1e1eef3c1c1a6c5db298cd589546864")]
    [InlineData("after_a", UnicodeForm.Nfd, "ca6207297c66eeee4859b6836ca16e44e62de99b60ff76fc059248e7538bda19")]
    [InlineData("after_a", UnicodeForm.Nfkc, "6ed7e6e763903ec7b91ee322d245eedc5c5c46741a925fc7180f559fd68ebf7d")]
    [InlineData("after_a", UnicodeForm.Nfkd, "1c3012871108aee6570b07be6ad6113f78001e24f4dd3896f38200d312d2a7f3")]
    [InlineData("before_marks", UnicodeForm.Nfc, "56e70521e28f3d989795a6f5a4fc83b24f78e82a19aca0a414a5d6d4d171757d")]
    [InlineData("before_marks", UnicodeForm.Nfd, "e79f967d91230321810c544e560150440dc53290f0eada9154a021412cc4efc0")]
    [InlineData("before_marks", UnicodeForm.Nfkc, "f0c6309792e1c281babd9b1caf8c5a2dfc3f18073a3eaef1e82a227e0054f3a0")]
    [InlineData("before_marks", UnicodeForm.Nfkd, "08396cdf64954630fcb80e01cdac41f5575d736b51cd4ad0891b5c9155ca60fd")]
    [InlineData("between_marks", UnicodeForm.Nfc, "3a5f292bd9479e2073af049aa07df194c84da33f3f322685031f96476afbe188")]
    [InlineData("between_marks", UnicodeForm.Nfd, "b228f39c967999de287a84dc2ad14ba5ef488f52f82e8512c63b6695ee47d953")]
    [InlineData("between_marks", UnicodeForm.Nfkc, "5cf3c811e75ad4f8d4ab3aeb7168476ca6528cf7f43ed78cdf6954564f867ec2")]
    [InlineData("between_marks", UnicodeForm.Nfkd, "6ae95b9096c311c8e480500adf4f73c1b715588dc6759a2139624ec90fd095bf")]
    [InlineData("random", UnicodeForm.Nfc, "3aabfb6797fb6f02dbfde0457a720af19db7e2011e2cbaf8ba33bc98022836bd")]
    [InlineData("random", UnicodeForm.Nfd, "9f4f07120de4110e6241bc1214ede20d00f395c51d76df087ead7f80361edd68")]
    [InlineData("random", UnicodeForm.Nfkc, "d29aa346218d9710395c32fefa84f06d74cbf41c8020e46e6bd8c6e1aa5e7cc3")]
    [InlineData("random", UnicodeForm.Nfkd, "6b4f11acbeba2a2b89daea3220e924f6c262828b68cfd3dbd93f1434906eaeb0")]
    public void AgreesWithIcu(string group, UnicodeForm form, string digest)
    {
        IEnumerable<string> texts = NormalizationSamples.All.Single(g => g.Name == group).Texts;
        Assert.Equal(digest, NormalizationSamples.Digest(texts, text => UnicodeForms.Normalize(text, form)));
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

    [Theory]
    [InlineData("\u00E9", UnicodeForm.Nfd, "e\u0301")]
    [InlineData("x\uFB01\u2460\u00A0", UnicodeForm.Nfkc, "xfi1 ")]
    [InlineData("\u1E9B\u0323", UnicodeForm.Nfkc, "\u1E69")]
    [InlineData("\u1E9B\u0323", UnicodeForm.Nfkd, "s\u0323\u0307")]
    [InlineData("e\uFF9E\uAC00", UnicodeForm.Nfkd, "e\u3099\u1100\u1161")]
    public void OtherForms(string text, UnicodeForm form, string normalized) =>
        Assert.Equal(normalized, UnicodeForms.Normalize(text, form));

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
