using System.Text.Json;
using MolEngine.Basics.Files;
using MolEngine.Basics.Numerics;
using MolEngine.Basics.Text;
using MolEngine.Runs.Records;

namespace MolEngine.Runs.Comparisons;

/// <summary>A comparison as one JSON object: verdict, every measure, every document and every item.</summary>
public static class ComparisonJson
{
    /// <summary>Writes, or replaces, a file.</summary>
    /// <exception cref="FileWriteException">It cannot be written.</exception>
    public static void Write(string path, Comparison comparison) =>
        DurableFiles.Write(path, to => Write(to, comparison));

    public static void Write(Stream to, Comparison comparison)
    {
        var verdict = ComparisonVerdict.Of(comparison);
        using var json = new Utf8JsonWriter(to, JsonParts.Options);
        json.WriteStartObject();
        json.WriteString("base", comparison.Base);
        json.WriteString("verdict", verdict.Headline);
        json.Texts("sentences", verdict.Sentences);
        json.WriteString("rule", Measure.Rule);
        json.WriteNumber("resamples", comparison.Resamples);
        json.WriteNumber("seed", comparison.Seed);
        json.WriteNumber("top_n", comparison.TopN);
        json.Texts("notes", comparison.Notes);
        json.Objects("models", comparison.Models, Fields);
        json.Objects("distances", comparison.Distances, Fields);
        json.WriteEndObject();
    }

    private static void Fields(Utf8JsonWriter json, DistanceChange d)
    {
        json.WriteString("text", d.Text);
        json.WriteString("near", d.Near);
        json.WriteString("far", d.Far);
        json.WriteNumber("least", d.Least);
        json.WriteNumber("most", d.Most);
        Write(json, "difference", d.Difference);
        json.WriteNumber("p", d.P);
        json.WriteNumber("n", d.Documents);
    }

    private static void Fields(Utf8JsonWriter json, ComparedModel model)
    {
        json.WriteString("name", model.Name);
        json.WriteString("place", model.Place);
        json.WriteString("general", ComparisonVerdict.OfGeneral(model)?.ToString());
        json.Objects("texts", model.Texts, Fields);
        json.Objects("tasks", model.Tasks, Fields);
        json.Objects("changed_most", model.ChangedMost, (to, changed) =>
        {
            to.WriteString("task", changed.Task.Name);
            Fields(to, changed.Item);
        });
        json.Objects("checkpoints", model.Checkpoints, (to, checkpoint) =>
        {
            to.WriteNumber("step", checkpoint.Step);
            to.Objects("texts", checkpoint.Texts, Fields);
        });
    }

    private static void Fields(Utf8JsonWriter json, TextChange text)
    {
        Head(json, text.Measure);
        json.WriteString("distance", text.IsDomain ? null : text.Measures[^1].Word);
        json.WriteNumber("tokens", text.Tokens);
        json.WriteNumber("ce_before", text.CeBefore);
        json.WriteNumber("ce_after", text.CeAfter);
        Write(json, "ce_change", text.CeChange);
        Write(json, "kl_model_base", text.Reverse);
        Write(json, "kl_base_model", text.Forward);
        json.WriteNumber("base_top_mass", text.BaseTopMass);
        json.WriteNumber("model_top_mass", text.ModelTopMass);
        json.WriteNumber("top_overlap", text.Overlap);
        json.Objects("documents", text.Documents, (to, d) =>
        {
            to.WriteNumber("tokens", d.Tokens);
            to.WriteNumber("ce_before", d.CeBefore);
            to.WriteNumber("ce_after", d.CeAfter);
            to.WriteNumber("kl_model_base", d.ReverseKl);
            to.WriteNumber("kl_base_model", d.ForwardKl);
        });
    }

    private static void Fields(Utf8JsonWriter json, TaskChange task)
    {
        Head(json, task.Measure);
        json.WriteString("score", task.Score);
        json.Texts("how", task.How);
        json.WriteNumber("before", task.Before);
        json.WriteNumber("after", task.After);
        Write(json, "change", task.Change);
        json.WriteBoolean("right_or_wrong", task.IsRightOrWrong);
        json.WriteNumber("lost", task.Lost);
        json.WriteNumber("gained", task.Gained);
        json.WriteNumber("by_guessing", task.Guessed);
        json.WriteNumber("p_lost_by_guessing", task.LostP);
        json.WriteNumber("lost_adjusted", task.LostAdjusted);
        json.WriteNumber("gained_adjusted", task.GainedAdjusted);
        json.WriteNumber("calibration_error_before", task.Calibration?.Before);
        json.WriteNumber("calibration_error_after", task.Calibration?.After);
        json.Objects("items", task.Items, Fields);
    }

    private static void Head(Utf8JsonWriter json, Measure measure)
    {
        json.WriteString("name", measure.Name);
        json.WriteString("kind", measure.IsDomain ? "domain" : "general");
        json.WriteString("finding", measure.Word);
        json.WriteBoolean("mean_hides_losses", measure.HidesLosses);
        json.WriteNumber("n", measure.N);
        json.WriteString("test", measure.Test);
        json.WriteNumber("p", measure.P);
    }

    private static void Fields(Utf8JsonWriter json, ItemChange item)
    {
        json.WriteString("subset", item.Subset);
        json.WriteNumber("item", item.Item);
        json.WriteString("prompt", item.Prompt);
        json.WriteString("expected", item.Expected);
        json.WriteString("said_before", item.SaidBefore);
        json.WriteString("said_after", item.SaidAfter);
        json.WriteNumber("score_before", item.ScoreBefore);
        json.WriteNumber("score_after", item.ScoreAfter);
        json.WriteNumber("right_before", item.RightBefore);
        json.WriteNumber("right_after", item.RightAfter);
        json.WriteNumber("drop", item.Drop);
    }

    private static void Write(Utf8JsonWriter json, string name, KlFigures kl)
    {
        json.WriteStartObject(name);
        Write(json, "full", kl.Full);
        json.WriteNumber("coarse", kl.Coarse);
        json.WriteNumber("gap", kl.Gap);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, Interval interval)
    {
        json.WriteStartObject(name);
        json.WriteNumber("value", interval.Value);
        json.WriteNumber("low", interval.Low);
        json.WriteNumber("high", interval.High);
        json.WriteEndObject();
    }
}
