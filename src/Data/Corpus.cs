using MolEngine.Data.Caching;
using MolEngine.Engine.Batches;

namespace MolEngine.Data;

/// <summary>A corpus as a run uses it: rows to train on, and the held-out documents.</summary>
/// <param name="Train">Documents in file order.</param>
/// <param name="HeldOut">Documents by ascending hash, so that the first n of them are a sample too; may be
/// empty.</param>
public sealed record Corpus(PackedCorpus Train, PackedCorpus HeldOut) : IDisposable
{
    public string Name => Train.Name;

    public CorpusKind Kind => Train.Kind;

    public CorpusSource Source { get; init; } = CorpusSource.None;

    /// <summary>For each document of its files the hash of its text; empty where the tokens are in no file.</summary>
    internal ulong[] TextHashes() => File?.Hashes() ?? [];

    /// <summary>The file that the tokens lie in; null where they are in memory.</summary>
    internal TokenFile? File { get; init; }

    /// <summary>Documents of the file of which something is held out, each once.</summary>
    internal IReadOnlyList<int> HeldOutWhole { get; init; } = [];

    /// <summary>Closes the file: no row is read afterwards.</summary>
    public void Dispose() => File?.Dispose();
}
