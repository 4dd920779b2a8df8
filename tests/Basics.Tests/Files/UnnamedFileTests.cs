using MolEngine.Basics.Files;

namespace MolEngine.Basics.Tests.Files;

public sealed class UnnamedFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_holds_what_is_written_and_leaves_nothing()
    {
        using (FileStream file = UnnamedFile.Create(_folder.Root))
        {
            file.Write("abc"u8);
            file.Position = 0;
            Assert.Equal(['a', 'b', 'c'], Enumerable.Range(0, 3).Select(_ => (char)file.ReadByte()));

            // No name, so that nothing is left where the process is killed.
            if (!OperatingSystem.IsWindows())
                Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
        }

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
        Assert.ThrowsAny<IOException>(() => UnnamedFile.Create(Path.Combine(_folder.Root, "gone")));
    }
}
