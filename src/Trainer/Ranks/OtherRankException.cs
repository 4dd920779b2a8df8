namespace MolEngine.Trainer.Ranks;

/// <summary>
/// Another rank tells why the run ends: this one ends without a word, and as that one does, since launchers differ in
/// whose exit code they make theirs.
/// </summary>
/// <param name="code">An <see cref="ExitCode"/>.</param>
internal sealed class OtherRankException(int code) : Exception
{
    public int Code { get; } = code;
}
