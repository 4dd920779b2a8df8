using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using MolEngine.Basics.Files;

namespace MolEngine.Runs.Metrics;

/// <summary>
/// Writes <c>metrics.jsonl</c>: one JSON object a line, handed to the system line by line. Doubles read back to the
/// same bits. JSON has no NaN and no infinity: such a value becomes null, and the line names it, with what it was,
/// under <c>non_finite</c>.
/// </summary>
public sealed class MetricsWriter : IDisposable
{
    /// <summary>Names of a line beside those of its figures.</summary>
    internal const string StepName = "step", ValidationName = "validation", NonFiniteName = "non_finite";

    /// <summary>Letters of any script as they are; the file is no web page.</summary>
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly FileStream _file;
    private readonly ArrayBufferWriter<byte> _line = new();

    /// <summary>Goes on at the end of the file where there is one.</summary>
    public MetricsWriter(string path)
    {
        // No buffer of ours: each line is one write, and one that failed is not tried again as the file is closed.
        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        try
        {
            DurableFile.SyncFolder(Path.GetDirectoryName(_file.Name)!);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public void Write(MetricsLine line)
    {
        _line.ResetWrittenCount();
        var lost = new List<(string Name, double Value)>();
        using (var json = new Utf8JsonWriter(_line, Options))
        {
            json.WriteStartObject();
            json.WriteNumber(StepName, line.Step);
            if (line.IsValidation)
                json.WriteBoolean(ValidationName, true);
            foreach ((Metric metric, object? value) in line.Entries)
            {
                json.WritePropertyName(metric.Name);
                WriteValue(json, metric.Name, value, lost);
            }

            if (lost.Count > 0)
            {
                json.WriteStartObject(NonFiniteName);
                foreach ((string name, double value) in lost)
                    json.WriteString(name, value.ToString());
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        _line.Write("\n"u8);
        _file.Write(_line.WrittenSpan);
    }

    /// <summary>Waits until all lines are on the disk. Readers see them without.</summary>
    /// <exception cref="IOException">The disk did not take them.</exception>
    public void Flush() => DurableFile.Flush(_file);

    public void Dispose() => _file.Dispose();

    private static void WriteValue(Utf8JsonWriter json, string name, object? value, List<(string, double)> lost)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case double x when !double.IsFinite(x):
                json.WriteNullValue();
                lost.Add((name, x));
                break;
            case double x:
                json.WriteNumberValue(x);
                break;
            case long x:
                json.WriteNumberValue(x);
                break;
            case (string Corpus, double Value)[] parts:
                json.WriteStartObject();
                foreach ((string corpus, double x) in parts)
                {
                    json.WritePropertyName(corpus);
                    WriteValue(json, $"{name}.{corpus}", x, lost);
                }

                json.WriteEndObject();
                break;
            default:
                throw new InvalidOperationException(
                    $"metrics: {name}: expected a number, or one by corpus, got {value.GetType().Name}");
        }
    }
}
