using FsCheck;
using MolEngine.Kernels.Compilation;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Compilation;

public sealed class KernelContractTests
{
    [Fact]
    public void A_comment_is_taken_apart()
    {
        KernelContract contract = KernelContract.Of(Source(
            "// Summary (of two\n// lines).\n//\n// first(int* x, float y)\n//   Does x.\n//\n//     x = y\n//\n"
            + "// second()\n//   Does nothing.\n\n// a comment\n// third(int z)\n"));
        Assert.Equal("kernels/k.cu", contract.File);
        Assert.Equal(["Summary (of two", "lines)."], contract.Summary);
        Assert.Equal(["first", "second"], contract.Kernels.Select(k => k.Name));
        Assert.Equal([2, 0], contract.Kernels.Select(k => k.Parameters));
        Assert.Equal("first(int* x, float y)", contract.Kernels[0].Declaration);
        Assert.Equal(["  Does x.", "", "    x = y"], contract.Kernels[0].Lines);
    }

    [Theory]
    [InlineData("", "expected a comment that names the kernels, got none")]
    [InlineData("// Summary.\n\n// k()\n", "expected a comment that names the kernels, got none")]
    [InlineData("// k()\n//   Does.\n// Not indented.\n", "expected the lines of k indented, got \"Not indented.\"")]
    public void A_comment_of_another_form_is_refused(string text, string says)
    {
        FormatException e = Assert.Throws<FormatException>(() => KernelContract.Of(Source(text)));
        Assert.Equal($"kernels/k.cu: contract: {says}", e.Message);
    }

    [Property(MaxTest = 200)]
    public void Any_text_is_read_or_refused_with_a_sentence(string? text)
    {
        try
        {
            Assert.NotEmpty(KernelContract.Of(Source($"// k()\n// {text}")).Kernels);
        }
        catch (FormatException e)
        {
            Assert.StartsWith("kernels/k.cu: contract: ", e.Message);
        }
    }

    private static KernelSource Source(string text) => new("k", text, []);
}
