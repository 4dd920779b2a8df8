using System.Text.Json;
using MolEngine.Basics.Text;

namespace MolEngine.Runs.Metrics;

/// <summary>
/// What metrics.jsonl holds: every number of its lines, by name, as series over the steps; those of validations apart.
/// A line that goes back to an earlier step (the run was resumed from a checkpoint) takes the place of what was written
/// from that step on. Lines that are no JSON are left out, and counted.
/// </summary>
public sealed class MetricsLog
{
    private readonly List<Line> _training = [];
    private readonly List<Line> _validation = [];
    private readonly List<int> _badLines = [];
    private MetricSeries[]? _trainingSeries, _validationSeries;
    private int _number;

    public IReadOnlyList<MetricSeries> Training => _trainingSeries ??= Series(_training);

    public IReadOnlyList<MetricSeries> Validation => _validationSeries ??= Series(_validation);

    /// <summary>
    /// KL to the base model on held-out text, by corpus: over the whole vocabulary where every validation has measured
    /// what the classes that training sees leave out, else over those.
    /// </summary>
    public IReadOnlyList<MetricSeries> HeldOutKl =>
        [.. Of(Validation, Metric.KlDivergence).Select(seen => Whole(seen, Of(Validation, Metric.KlGap)))];

    /// <summary>Number of training steps.</summary>
    public int Steps => _training.Count;

    /// <summary>Steps of the first and last line; null where there is no line.</summary>
    public (long First, long Last)? Range
    {
        get
        {
            // In order: a line that goes back drops those after it.
            long[] ends =
            [
                .. new[] { _training, _validation }.Where(l => l.Count > 0).SelectMany(l => new[] { l[0], l[^1] })
                    .Select(l => l.Step),
            ];
            return ends.Length == 0 ? null : (ends.Min(), ends.Max());
        }
    }

    /// <summary>How often the run went back to an earlier step.</summary>
    public int Resumes { get; private set; }

    /// <summary>Numbers of the lines that could not be read, but for a last line that has no end.</summary>
    public IReadOnlyList<int> BadLines => _badLines;

    /// <summary>Whether the last line was cut off as it was written.</summary>
    public bool Truncated { get; private set; }

    /// <summary>What a file holds, which a run may be writing; null where there is none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static MetricsLog? OfFile(string path)
    {
        if (!File.Exists(path))
            return null;
        const FileShare Shared = FileShare.ReadWrite | FileShare.Delete;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, Shared);
        using var reader = new StreamReader(file);
        return Read(reader);
    }

    public static MetricsLog Read(TextReader reader)
    {
        var log = new MetricsLog();
        string? text = reader.ReadLine();
        while (text is not null)
        {
            string? next = reader.ReadLine();
            log.Append(text, isCutOff: next is null);
            text = next;
        }

        return log;
    }

    /// <summary>Takes the next line.</summary>
    /// <param name="isCutOff">Whether a line that cannot be read may be one that is not whole yet.</param>
    internal void Append(string text, bool isCutOff = false)
    {
        _number++;
        if (string.IsNullOrWhiteSpace(text))
            return;
        bool isRead = Take(text);
        if (isRead)
            (_trainingSeries, _validationSeries) = (null, null);
        Truncated |= !isRead && isCutOff;
        if (!isRead && !isCutOff)
            _badLines.Add(_number);
    }

    /// <summary>Series of a measure, in the order in which their parts first appear.</summary>
    public static IReadOnlyList<MetricSeries> Of(IReadOnlyList<MetricSeries> series, Metric metric) =>
        [.. series.Where(s => s.Metric == metric.Name)];

    /// <summary>A corpus's KL with what its gap adds, where both were measured at the same steps.</summary>
    private static MetricSeries Whole(MetricSeries seen, IReadOnlyList<MetricSeries> gaps)
    {
        MetricSeries? gap = gaps.FirstOrDefault(g => g.Part == seen.Part);
        return gap is null || !gap.Points.Select(p => p.X).SequenceEqual(seen.Points.Select(p => p.X))
            ? seen
            : seen with { Points = [.. seen.Points.Zip(gap.Points, (s, g) => new DataPoint(s.X, s.Y + g.Y))] };
    }

    private bool Take(string text)
    {
        try
        {
            using JsonDocument json = StrictJson.Parse(text);
            JsonElement root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty(MetricsWriter.StepName, out JsonElement at)
                || at.ValueKind != JsonValueKind.Number || !at.TryGetInt64(out long step))
                return false;
            bool validation = root.TryGetProperty(MetricsWriter.ValidationName, out JsonElement v)
                && v.ValueKind == JsonValueKind.True;
            GoBack(step, validation);
            (validation ? _validation : _training).Add(Line.Of(step, root));
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Drops what a line makes obsolete: a training step comes before the validation at its end.</summary>
    private void GoBack(long step, bool validation)
    {
        int before = _training.Count + _validation.Count;
        if (!validation)
            Drop(_training, step);
        Drop(_validation, step);
        if (validation)
            Drop(_training, step + 1);
        if (_training.Count + _validation.Count < before)
            Resumes++;
    }

    private static void Drop(List<Line> lines, long from)
    {
        int keep = lines.Count;
        while (keep > 0 && lines[keep - 1].Step >= from)
            keep--;
        lines.RemoveRange(keep, lines.Count - keep);
    }

    private static MetricSeries[] Series(IEnumerable<Line> lines)
    {
        var series = new Dictionary<(string Metric, string? Part), List<DataPoint>>();
        var order = new List<(string Metric, string? Part)>();
        foreach (Line line in lines)
        {
            foreach ((string metric, string? part, double value) in line.Values)
            {
                if (!series.TryGetValue((metric, part), out List<DataPoint>? points))
                {
                    series[(metric, part)] = points = [];
                    order.Add((metric, part));
                }

                points.Add(new DataPoint(line.Step, value));
            }
        }

        return [.. order.Select(k => new MetricSeries(k.Metric, k.Part, series[k]))];
    }

    /// <summary>A line's numbers.</summary>
    private sealed record Line(long Step, IReadOnlyList<(string Metric, string? Part, double Value)> Values)
    {
        public static Line Of(long step, JsonElement root)
        {
            var lost = new Dictionary<string, double>();
            if (root.TryGetProperty(MetricsWriter.NonFiniteName, out JsonElement names)
                && names.ValueKind == JsonValueKind.Object)
            {
                foreach (JsonProperty name in names.EnumerateObject())
                {
                    bool known = double.TryParse(name.Value.ToString(), out double value);
                    lost[name.Name] = known ? value : double.NaN;
                }
            }

            var values = new List<(string, string?, double)>();
            foreach (JsonProperty p in root.EnumerateObject())
            {
                if (p.Name is MetricsWriter.StepName or MetricsWriter.NonFiniteName)
                    continue;
                if (p.Value.ValueKind != JsonValueKind.Object)
                    Add(values, lost, p.Name, null, p.Name, p.Value);
                else
                {
                    foreach (JsonProperty part in p.Value.EnumerateObject())
                        Add(values, lost, p.Name, part.Name, $"{p.Name}.{part.Name}", part.Value);
                }
            }

            return new Line(step, values);
        }

        /// <summary>Null is "not measured", unless the line says that the value was not finite.</summary>
        private static void Add(
            List<(string, string?, double)> values,
            Dictionary<string, double> lost,
            string metric,
            string? part,
            string path,
            JsonElement value)
        {
            if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number))
                values.Add((metric, part, number));
            else if (value.ValueKind == JsonValueKind.Null && lost.TryGetValue(path, out number))
                values.Add((metric, part, number));
        }
    }
}
