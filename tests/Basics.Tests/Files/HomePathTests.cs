using MolEngine.Basics.Files;

namespace MolEngine.Basics.Tests.Files;

public sealed class HomePathTests
{
    [Theory]
    [InlineData("~", "/home/ada")]
    [InlineData("~/x/y.jsonl", "/home/ada/x/y.jsonl")]
    [InlineData("~/", "/home/ada/")]
    // What is no home folder stays: another person's, a name, an address, a place in the middle.
    [InlineData("~bob/x", "~bob/x")]
    [InlineData("x/~/y", "x/~/y")]
    [InlineData("Qwen/Qwen3-8B", "Qwen/Qwen3-8B")]
    [InlineData("", "")]
    public void A_tilde_at_the_beginning_is_the_home_folder(string path, string expanded)
    {
        Assert.Equal(expanded, HomePath.Expand(path, "/home/ada"));
    }

    [Theory]
    [InlineData("")]
    // What .NET says where the system knows no home folder.
    [InlineData("/")]
    public void Without_a_home_folder_that_is_an_error(string home)
    {
        string message = Assert.Throws<UserException>(() => HomePath.Expand("~/x", home)).Message;
        Assert.StartsWith("~/x: expected a home folder in the place of ~, got none", message);
        Assert.Equal("x", HomePath.Expand("x", home));
    }
}
