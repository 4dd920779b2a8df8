using System.Text.Encodings.Web;
using System.Text.Json;
using MolEngine.Basics.Files;

namespace MolEngine.Runs.Experiments;

/// <summary>An experiment as one JSON object: every measure of every cell, by seed, with tests and pictures.</summary>
public static class ExperimentJson
{
    private static readonly JsonWriterOptions Options =
        new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <exception cref="FileWriteException">The file cannot be written.</exception>
    public static void Write(string path, Experiment experiment) =>
        DurableFiles.Write(path, to => Write(to, experiment));

    public static void Write(Stream to, Experiment experiment)
    {
        using var json = new Utf8JsonWriter(to, Options);
        json.WriteStartObject();
        json.WriteString("name", experiment.Name);
        json.WriteString("base", experiment.Base);
        json.WriteString("baseline", experiment.Baseline);
        Texts(json, "notes", experiment.Notes);
        Texts(json, "failures", experiment.Failures.Select(f => $"{f.Run}: {f.Why}"));
        json.WriteStartArray("cells");
        foreach (CellFigures cell in experiment.Cells)
            Write(json, experiment, cell);
        json.WriteEndArray();
        json.WriteStartArray("pictures");
        foreach (GainPicture picture in experiment.Pictures)
            Write(json, picture);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Experiment experiment, CellFigures cell)
    {
        json.WriteStartObject();
        json.WriteString("name", cell.Name);
        Texts(json, "changes", cell.Changes);
        json.WriteNumber("planned", cell.Planned);
        json.WriteStartArray("measures");
        foreach ((ExperimentMeasure measure, CellValue? value) in experiment.Measures.Zip(cell.Values))
        {
            if (value is not null)
                Write(json, measure, value);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ExperimentMeasure measure, CellValue value)
    {
        json.WriteStartObject();
        json.WriteString("name", measure.Name);
        json.WriteString("what", measure.What);
        json.WriteString("kind", measure.IsDomain ? "domain" : "general");
        json.WriteNumber("base", measure.Before);
        json.WriteStartObject("by_seed");
        foreach ((ulong seed, double of) in value.Values)
            json.WriteNumber($"{seed}", of);
        json.WriteEndObject();
        json.WriteNumber("n", value.N);
        json.WriteNumber("mean", value.Mean);
        if (value.Spread is { } spread)
            json.WriteNumber("standard_deviation", spread);
        if (value.Against is { } test)
        {
            json.WriteStartObject("against_baseline");
            json.WriteNumber("difference", test.Difference.Value);
            json.WriteNumber("low", test.Difference.Low);
            json.WriteNumber("high", test.Difference.High);
            json.WriteNumber("higher", test.Higher);
            json.WriteNumber("lower", test.Lower);
            json.WriteNumber("p", test.P);
            json.WriteNumber("n", test.N);
            json.WriteString("unit", measure.Unit);
            json.WriteNumber("seeds", test.Seeds);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, GainPicture picture)
    {
        json.WriteStartObject();
        json.WriteString("id", picture.Id);
        json.WriteString("gain", picture.Gain);
        json.WriteString("loss", picture.Loss);
        json.WriteStartArray("cells");
        foreach (GainPoint point in picture.Points)
        {
            json.WriteStartObject();
            json.WriteString("name", point.Cell);
            json.WriteNumber("gain", point.Gain);
            json.WriteNumber("loss", point.Loss);
            json.WriteBoolean("best", point.IsBest);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
