using MolEngine.Basics.Text;
using MolEngine.Engine.Generation;

namespace MolEngine.Evaluation.Harness;

/// <summary>How a task was asked, in words.</summary>
internal static class Conditions
{
    public static IReadOnlyList<string> Of(PreparedTask task)
    {
        List<string> all =
        [
            $"{task.Task.Harness}, version {task.Task.Version}",
            Counts.Of(task.Shots, "shot") + (task.Shots > 0 && task.UsesChat && task.ShotsAsTurns ? " as turns" : ""),
            task.UsesChat ? "chat template" : "no chat template",
            task.Limit is { } limit ? $"at most {Counts.Of(limit, "item")} of a subset" : "all items",
        ];
        if (task.Generation is not { } generation)
            return all;
        all.Add(generation.Sampling is { } sampling ? Shown(sampling) : "greedy");
        all.Add($"up to {Counts.Of(generation.MaxTokens, "token")}");
        if (generation.Samples > 1)
            all.Add($"avg@{generation.Samples}");
        return all;
    }

    private static string Shown(SamplingSettings s)
    {
        string presence = s.PresencePenalty == 0 ? "" : $", presence penalty {s.PresencePenalty}";
        return $"temperature {s.Temperature}, top-p {s.TopP}, top-k {s.TopK}{presence}";
    }
}
