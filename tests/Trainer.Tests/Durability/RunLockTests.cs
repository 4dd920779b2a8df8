using MolEngine.Runs;

namespace MolEngine.Trainer.Tests.Durability;

public sealed class RunLockTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void A_second_start_that_has_seen_an_empty_folder_leaves_the_first_ones_config()
    {
        string run = Path.Combine(_folder.Root, "run");
        RunDirectory.Make(run);

        // The second has looked, too; then the first goes ahead.
        RunDirectory.Make(run);
        RunDirectory first;
        using (RunLock.Take(run))
        {
            first = RunDirectory.Create(run, "first");
            var held = Assert.Throws<UserException>(() => RunLock.Take(run));
            Assert.Contains($"held by process {Environment.ProcessId} on", held.Message);
        }

        using (RunLock.Take(run))
            Assert.Contains(
                "got one with files", Assert.Throws<UserException>(() => RunDirectory.Create(run, "second")).Message);
        Assert.Equal("first", File.ReadAllText(first.ConfigPath));
    }

    [Theory]
    [InlineData("process 999999999 on {0} since 2026-01-01 00:00:00Z")]
    [InlineData("")]
    [InlineData(null)]
    public void A_holder_is_not_called_by_the_name_of_a_dead_process(string? left)
    {
        if (left is not null)
            _folder.Write(".owner", string.Format(
                System.Globalization.CultureInfo.InvariantCulture, left, Environment.MachineName));
        using var held = new FileStream(
            Path.Combine(_folder.Root, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        Assert.Contains(
            "held by another process.", Assert.Throws<UserException>(() => RunLock.Take(_folder.Root)).Message);
        Assert.Equal("another process", RunLock.Owner(_folder.Root));
    }

    [Fact]
    public void Who_only_looks_does_not_stop_a_run()
    {
        RunLock.Take(_folder.Root).Dispose();
        Assert.Null(RunLock.Owner(_folder.Root));
        using RunLock held = RunLock.Take(_folder.Root);
        Assert.StartsWith($"process {Environment.ProcessId} on ", RunLock.Owner(_folder.Root));
    }

    public void Dispose() => _folder.Dispose();
}
