using System.Text;
using System.Text.Json;
using MolEngine.Basics.Files;
using MolEngine.Basics.Text;

namespace MolEngine.Runs.Metrics;

/// <summary>The part of metrics.jsonl that a resumed run keeps.</summary>
public static class MetricsHistory
{
    /// <summary>
    /// Drops every line of a later step, and a last line that a kill cut off: the resumed run writes them again. Lines
    /// stay byte for byte.
    /// </summary>
    /// <param name="step">Steps that the checkpoint had finished.</param>
    public static void KeepThrough(string path, long step)
    {
        if (!File.Exists(path))
            return;
        byte[] all = File.ReadAllBytes(path);
        int kept = 0;
        for (int start = 0; start < all.Length;)
        {
            int length = all.AsSpan(start).IndexOf((byte)'\n');
            if (length < 0 || StepOf(all.AsSpan(start, length)) is not long at || at > step)
                break;
            start += length + 1;
            kept = start;
        }

        DurableFiles.Write(path, stream => stream.Write(all.AsSpan(0, kept)));
    }

    /// <summary>
    /// Whether the validation after a step is written. It is not where a run was interrupted between the two.
    /// </summary>
    public static bool HasValidation(string path, long step) => File.Exists(path) && File.ReadLines(path).Any(l =>
        l.Contains($"\"{MetricsWriter.ValidationName}\":true", StringComparison.Ordinal)
            && StepOf(Encoding.UTF8.GetBytes(l)) == step);

    private static long? StepOf(ReadOnlySpan<byte> line)
    {
        try
        {
            using JsonDocument json = StrictJson.Parse(line.ToArray());
            return json.RootElement.GetProperty(MetricsWriter.StepName).GetInt64();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return null;
        }
    }
}
