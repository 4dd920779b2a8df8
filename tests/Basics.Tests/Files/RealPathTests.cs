using MolEngine.Basics.Files;

namespace MolEngine.Basics.Tests.Files;

public sealed class RealPathTests : IDisposable
{
    private readonly string _root = RealPath.Of(Directory.CreateTempSubdirectory("molengine-").FullName);

    public RealPathTests()
    {
        Directory.CreateDirectory(At("a/b"));
        Directory.CreateSymbolicLink(At("absolute"), At("a"));
        Directory.CreateSymbolicLink(At("a/relative"), "../a/b");
        Directory.CreateSymbolicLink(At("chain"), "absolute/relative");
        Directory.CreateSymbolicLink(At("broken"), "nowhere/x");
        Directory.CreateSymbolicLink(At("circle"), "circle");
    }

    [Theory]
    [InlineData("a/b", "a/b")]
    [InlineData("a/b/", "a/b")]
    [InlineData("a/./b/../b", "a/b")]
    [InlineData("absolute/b", "a/b")]
    [InlineData("absolute/b/../relative/new/run", "a/b/new/run")]
    [InlineData("a/relative", "a/b")]
    [InlineData("chain/new", "a/b/new")]
    [InlineData("broken/y", "nowhere/x/y")]
    [InlineData("circle/y", "circle/y")]
    public void Links_are_followed_in_every_part(string path, string real) =>
        Assert.Equal(At(real), RealPath.Of(At(path)));

    [Fact]
    public void A_links_length_is_its_files()
    {
        File.WriteAllText(At("a/b/file"), new string('x', 1234));
        File.CreateSymbolicLink(At("link"), "chain/file");
        Assert.Equal(1234, RealPath.FileAt(At("link")).Length);
        Assert.False(RealPath.FileAt(At("broken")).Exists);
    }

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a/b", "a", true)]
    [InlineData("a/b/c", "a", true)]
    [InlineData("ab", "a", false)]
    [InlineData("a", "a/b", false)]
    [InlineData("b/a", "a", false)]
    public void A_folder_holds_itself_and_what_is_below(string path, string folder, bool isWithin) =>
        Assert.Equal(isWithin, RealPath.IsWithin(At(path), At(folder)));

    [Fact]
    public void Everything_is_below_the_root()
    {
        string root = Path.GetPathRoot(_root)!;
        Assert.Equal(root, RealPath.Of(root));
        Assert.True(RealPath.IsWithin(_root, root));
        Assert.False(RealPath.IsWithin(root, _root));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string At(string name) => Path.Combine(_root, name);
}
