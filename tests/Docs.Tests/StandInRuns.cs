namespace MolEngine.Docs.Tests;

/// <summary>Configs of pages that show none, or only a part of one.</summary>
internal static class StandInRuns
{
    /// <summary>A run of a small model into the folder that pages take an earlier run to be in, a key a line.</summary>
    public static string Run => """
        model: models/base
        output: runs/cardiology
        data: {held_out: 2, corpora: [{path: data/cardiology.jsonl, kind: domain}, {path: data/web, kind: general}]}
        global_batch: 2
        micro_batch: 1
        """;

    /// <summary>What makes the runs of <see cref="Tables.Earlier"/>.</summary>
    public static string Lines => """
        molengine train examples/quickstart/config.yaml
        molengine train examples/quickstart/ce.yaml
        molengine train run.yaml
        """;

    /// <summary>That run with the keys of a fragment in place of its own.</summary>
    public static string With(string fragment)
    {
        string[] keys = [.. YamlBlocks.KeysOf(fragment)];
        IEnumerable<string> kept = Run.Split('\n').Where(l => !keys.Contains(l.Split(':')[0]));
        return $"{string.Join('\n', kept)}\n{fragment}";
    }
}
