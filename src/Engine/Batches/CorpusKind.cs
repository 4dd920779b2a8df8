namespace MolEngine.Engine.Batches;

/// <summary>What a corpus is trained for.</summary>
public enum CorpusKind
{
    /// <summary>Text to be learned: its rows learn by cross-entropy.</summary>
    Domain,

    /// <summary>Text to be kept: its rows are held to the base model.</summary>
    General,
}

public static class CorpusKinds
{
    /// <summary>The kind's name as configs and people write it.</summary>
    public static string Name(this CorpusKind kind) => kind == CorpusKind.General ? "general" : "domain";
}
