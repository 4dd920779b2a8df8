using System.Text.Json;
using MolEngine.Runs;
using MolEngine.Trainer.Tests.Training;

namespace MolEngine.Trainer.Tests.Durability;

/// <summary>
/// A run of three steps that validates, saves and prunes checkpoints, and leaves an adapter and a report.
/// </summary>
internal static class ShortRun
{
    /// <param name="more">Settings that come last.</param>
    public static string[] Start(string output, params string[] more) =>
    [
        "train", SmallRun.Config,
        .. ((string[])[
            $"output={output}", "data.context=32", "steps=3", "global_batch=1", "micro_batch=1", "data.held_out=2",
            "samples=1", "threads=1",
            "validate={every: 2, documents: 1}", "checkpoint={every: 1, keep: last 1}", "method=lora", "lora={rank: 1}",
            "loss=ce", .. more,
        ]).SelectMany(s => new[] { "--set", s }),
    ];

    public static string[] Resume(string output) => ["train", "--resume", output];

    /// <summary>Whether nothing is left to do: an adapter or model, and a report of a run that has ended.</summary>
    public static bool IsFinished(string output)
    {
        string facts = Path.Combine(output, "run.json");
        return RunDirectory.SavedIn(output) is not null && File.Exists(Path.Combine(output, "report.html"))
            && File.Exists(facts)
            && JsonDocument.Parse(File.ReadAllText(facts)).RootElement.GetProperty("finished").ValueKind != JsonValueKind.Null;
    }

    /// <summary>
    /// What a person does after a run has died: resumes it, or starts it where it had not begun. It must end as if
    /// nothing had been. Says what is wrong, or null.
    /// </summary>
    /// <param name="whole">A run that nothing happened to.</param>
    /// <param name="more">Settings that it was started with.</param>
    public static string? GoOn(string whole, string output, params string[] more)
    {
        if (!IsFinished(output))
        {
            (int code, _, string error) = TinyRun.Run(RunDirectory.Is(output) ? Resume(output) : Start(output, more));
            if (code != 0)
                return error.TrimEnd();
        }

        string[] left = Directory.GetFileSystemEntries(output, ".*.tmp", SearchOption.AllDirectories);
        if (left.Length > 0 || !IsFinished(output))
            return left.Length > 0 ? $"left {string.Join(", ", left)}" : "not finished";
        try
        {
            SmallRun.AssertSame(whole, output);
            return null;
        }
        catch (Xunit.Sdk.XunitException e)
        {
            return e.Message;
        }
    }
}
