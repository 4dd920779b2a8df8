using System.Text.Json;
using MolEngine.Basics.Files;
using MolEngine.Runs.Records;

namespace MolEngine.Runs.Experiments;

/// <summary>An experiment as one JSON object: every measure of every cell, by seed, with tests and pictures.</summary>
public static class ExperimentJson
{
    /// <exception cref="FileWriteException">The file cannot be written.</exception>
    public static void Write(string path, Experiment experiment) =>
        DurableFiles.Write(path, to => Write(to, experiment));

    public static void Write(Stream to, Experiment experiment)
    {
        using var json = new Utf8JsonWriter(to, JsonParts.Options);
        json.WriteStartObject();
        json.WriteString("name", experiment.Name);
        json.WriteString("base", experiment.Base);
        json.WriteString("baseline", experiment.Baseline);
        json.Texts("notes", experiment.Notes);
        json.Texts("failures", experiment.Failures.Select(f => $"{f.Run}: {f.Why}"));
        json.Objects("cells", experiment.Cells, (to, cell) =>
        {
            to.WriteString("name", cell.Name);
            to.Texts("changes", cell.Changes);
            to.WriteNumber("planned", cell.Planned);
            to.Objects("measures", experiment.Measures.Zip(cell.Values).Where(m => m.Second is not null), Fields);
        });
        json.Objects("pictures", experiment.Pictures, Fields);
        json.WriteEndObject();
    }

    private static void Fields(Utf8JsonWriter json, (ExperimentMeasure Measure, CellValue? Value) of)
    {
        (ExperimentMeasure measure, CellValue value) = (of.Measure, of.Value!);
        json.WriteString("name", measure.Name);
        json.WriteString("what", measure.What);
        json.WriteString("kind", measure.IsDomain ? "domain" : "general");
        json.WriteNumber("base", measure.Before);
        json.WriteStartObject("by_seed");
        foreach ((ulong seed, double at) in value.Values)
            json.WriteNumber($"{seed}", at);
        json.WriteEndObject();
        json.WriteNumber("n", value.N);
        json.WriteNumber("mean", value.Mean);
        if (value.Spread is { } spread)
            json.WriteNumber("standard_deviation", spread);
        if (value.Against is not { } test)
            return;
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

    private static void Fields(Utf8JsonWriter json, GainPicture picture)
    {
        json.WriteString("id", picture.Id);
        json.WriteString("gain", picture.Gain);
        json.WriteString("loss", picture.Loss);
        json.Objects("cells", picture.Points, (to, point) =>
        {
            to.WriteString("name", point.Cell);
            to.WriteNumber("gain", point.Gain);
            to.WriteNumber("loss", point.Loss);
            to.WriteBoolean("best", point.IsBest);
        });
    }
}
