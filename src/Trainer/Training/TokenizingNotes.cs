using System.Diagnostics;
using System.Globalization;
using MolEngine.Trainer.Data;

namespace MolEngine.Trainer.Training;

/// <summary>
/// Says how far the corpora are read, every few seconds, where that takes longer than a person waits in silence.
/// </summary>
internal sealed class TokenizingNotes(TextWriter output) : IProgress<TokenizingProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private long _last = Stopwatch.GetTimestamp();

    public void Report(TokenizingProgress value)
    {
        if (Stopwatch.GetElapsedTime(_last) < Interval)
            return;
        _last = Stopwatch.GetTimestamp();
        double percent = 100.0 * value.BytesRead / Math.Max(1, value.TotalBytes);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"reading    {value.Corpus}: {percent:0} %, {value.Documents:N0} documents"));
        output.Flush();
    }
}
