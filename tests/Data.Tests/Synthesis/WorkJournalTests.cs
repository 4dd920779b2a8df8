using MolEngine.Data.Synthesis;

namespace MolEngine.Data.Tests.Synthesis;

public sealed class WorkJournalTests : IDisposable
{
    private static readonly Dictionary<string, string> Work = new() { ["model"] = "m", ["seed"] = "1" };

    private readonly TempFolder _folder = new();

    private string Target => Path.Combine(_folder.Root, "out.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Work_goes_on_behind_the_last_whole_line()
    {
        using (WorkJournal journal = WorkJournal.Open(Target, "--output", Work))
        {
            Assert.Empty(journal.Done);
            journal.Add("{\"a\":1}");
            journal.Add("{\"a\":2}");
        }

        File.AppendAllText(WorkJournal.PathOf(Target), "{\"a\":3");
        using (WorkJournal journal = WorkJournal.Open(Target, "--output", Work))
        {
            Assert.Equal(["{\"a\":1}", "{\"a\":2}"], journal.Done);
            journal.Add("{\"a\":4}");
        }

        using (WorkJournal journal = WorkJournal.Open(Target, "--output", Work))
        {
            Assert.Equal("{\"a\":4}", journal.Done[2]);
            Assert.False(File.Exists(Target));
            journal.Finish(journal.Done);
        }

        Assert.Equal("{\"a\":1}\n{\"a\":2}\n{\"a\":4}\n", File.ReadAllText(Target));
        Assert.Equal([Target], Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void Other_work_is_refused_with_what_differs()
    {
        using (WorkJournal journal = WorkJournal.Open(Target, "--output", Work))
            journal.Add("{}");
        UserException e = Assert.Throws<UserException>(
            () => WorkJournal.Open(Target, "--output", new Dictionary<string, string>(Work) { ["seed"] = "2" }));
        Assert.Contains("(seed: 1 then, 2 now). Give the same options to go on, or remove that file", e.Message);
        File.WriteAllText(WorkJournal.PathOf(Target), "notes of mine\n");
        e = Assert.Throws<UserException>(() => WorkJournal.Open(Target, "--output", Work));
        Assert.Contains("expected the notes of an earlier command, got another file", e.Message);
        Assert.Equal("notes of mine\n", File.ReadAllText(WorkJournal.PathOf(Target)));
    }

    [Fact]
    public void Notes_of_nothing_are_not_kept()
    {
        WorkJournal.Open(Target, "--output", Work).Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void A_target_that_is_there_and_a_folder_that_is_not_are_refused()
    {
        File.WriteAllText(Target, "x");
        UserException e = Assert.Throws<UserException>(() => WorkJournal.Open(Target, "--output", Work));
        Assert.Equal($"--output: {Target}: expected a file that is absent, got one that is there", e.Message);
        string away = Path.Combine(_folder.Root, "no", "out.jsonl");
        e = Assert.Throws<UserException>(() => WorkJournal.Open(away, "--output", Work));
        Assert.Contains("expected a folder to write it in, got no such folder", e.Message);
    }

    [Fact]
    public void Two_processes_do_not_write_one_journal()
    {
        using WorkJournal first = WorkJournal.Open(Target, "--output", Work);
        first.Add("1");
        Assert.ThrowsAny<Exception>(() => WorkJournal.Open(Target, "--output", Work));
        first.Add("2");
        first.Finish(["1", "2"]);
        Assert.Equal("1\n2\n", File.ReadAllText(Target));
    }
}
