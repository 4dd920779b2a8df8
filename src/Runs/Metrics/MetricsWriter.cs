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
            WriteEntries(json, line, "", lost);
            if (lost.Count > 0)
            {
                json.WriteStartObject("non_finite");
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

    private static void WriteEntries(Utf8JsonWriter json, MetricsLine line, string prefix, List<(string, double)> lost)
    {
        foreach ((string name, object? value) in line.Entries)
        {
            json.WritePropertyName(name);
            switch (value)
            {
                case null:
                    json.WriteNullValue();
                    break;
                case double x when !double.IsFinite(x):
                    json.WriteNullValue();
                    lost.Add((prefix + name, x));
                    break;
                case double x:
                    json.WriteNumberValue(x);
                    break;
                case long x:
                    json.WriteNumberValue(x);
                    break;
                case bool x:
                    json.WriteBooleanValue(x);
                    break;
                case string x:
                    json.WriteStringValue(x);
                    break;
                case MetricsLine x:
                    json.WriteStartObject();
                    WriteEntries(json, x, $"{prefix}{name}.", lost);
                    json.WriteEndObject();
                    break;
                default:
                    throw new InvalidOperationException(
                        $"metrics: {prefix}{name}: expected a number, text or line, got {value.GetType().Name}");
            }
        }
    }
}
