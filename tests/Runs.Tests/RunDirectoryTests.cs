namespace MolEngine.Runs.Tests;

public sealed class RunDirectoryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_directory_must_be_absent_or_empty()
    {
        string path = Path.Combine(_folder.Root, "a", "b");
        RunDirectory.Make(path);
        RunDirectory run = RunDirectory.Create(path, "seed: 1\n");
        Assert.Equal("seed: 1\n", File.ReadAllText(run.ConfigPath));
        foreach (Action again in (Action[])[() => RunDirectory.Make(path), () => RunDirectory.Create(path, "")])
            Assert.Contains("got one with files", Assert.Throws<UserException>(again).Message);
        Assert.Contains("got a file", Assert.Throws<UserException>(() => RunDirectory.Make(run.ConfigPath)).Message);
        RunDirectory.Make(_folder.Folder("empty"));
    }
}
