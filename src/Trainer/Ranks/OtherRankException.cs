namespace MolEngine.Trainer.Ranks;

/// <summary>Another rank tells why the run ends: this one ends without a word.</summary>
internal sealed class OtherRankException : Exception;
