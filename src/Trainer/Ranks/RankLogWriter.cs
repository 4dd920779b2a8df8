using System.Text;

namespace MolEngine.Trainer.Ranks;

/// <summary>Lines into a rank's log.</summary>
internal sealed class RankLogWriter(RankLog log) : TextWriter
{
    public override Encoding Encoding => Encoding.UTF8;

    public override void WriteLine(string? value) => log.Write(value ?? "");

    public override void WriteLine() => log.Write("");
}
