namespace MolEngine.Runs.Tests;

public sealed class RunDirectoryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_directory_must_be_absent_or_empty()
    {
        RunDirectory run = RunDirectory.Create(Path.Combine(_folder.Root, "a", "b"), "seed: 1\n");
        Assert.Equal("seed: 1\n", File.ReadAllText(run.ConfigPath));
        Assert.Contains(
            "got one with files", Assert.Throws<UserException>(() => RunDirectory.Create(run.Root, "")).Message);
        Assert.Contains(
            "got a file", Assert.Throws<UserException>(() => RunDirectory.Create(run.ConfigPath, "")).Message);
        RunDirectory.Create(_folder.Folder("empty"), "");
    }
}
