using MolEngine.Hub.Cache;

namespace MolEngine.Hub.Downloads;

/// <summary>What a download has come to.</summary>
/// <param name="Files">Those that were asked for, with slashes; all are in the snapshot.</param>
/// <param name="Fetched">Bytes that came over the network for them; the rest was there.</param>
public sealed record DownloadResult(Snapshot Snapshot, IReadOnlyList<string> Files, long Fetched);
