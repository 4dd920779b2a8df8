using System.Globalization;
using MolEngine.Basics.Text;
using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;

namespace MolEngine.Runs.Reports;

/// <summary>The top of the page: the verdict, what is wrong with the files, and the facts of the run.</summary>
public static class SummarySection
{
    /// <summary>Facts that stand in other lines: the device's has its vectors and threads.</summary>
    private static readonly string[] Known =
    [
        "model", "device", "simd", "threads", "steps", "started", "resumed", "finished", "version",
        RunFacts.StoppedEarly, RunFacts.ExportedStep, RunFacts.Exported,
    ];

    public static void Add(HtmlPage html, RunRecord run)
    {
        var verdict = Verdict.Of(run);
        html.Add(
            $"""
            <header>
            <h1>Training run <bdi>{run.Name}</bdi>{SoFar(run)}</h1>
            <p class="headline">{verdict.Headline}</p>
            """);
        foreach (string sentence in verdict.Sentences)
            html.Add($"<p>{sentence}</p>");
        foreach (string sentence in Ending(run))
            html.Add($"<p>{sentence}</p>");
        if (run.Faults.Count > 0)
        {
            html.Add($"""<ul class="faults">""");
            foreach (string fault in run.Faults)
                html.Add($"<li>{fault}</li>");
            html.Add($"</ul>");
        }

        html.Add($"""<dl class="facts">""");
        foreach ((string name, string value) in Facts(run))
            html.Add($"<div><dt>{name}</dt><dd><bdi>{Markup.Breakable(value)}</bdi></dd></div>");
        html.Add($"</dl>");
        if (run.Run is null)
            html.AddMissing("No run.json: device, version and times are not known.");
        html.Add($"</header>");
    }

    private static string SoFar(RunRecord run) =>
        run.Run is not null && run.Of("finished") is null ? ", not finished yet" : "";

    /// <summary>How the training ended, where that is not after its last step, with the state after it.</summary>
    private static IEnumerable<string> Ending(RunRecord run)
    {
        if (run.Of(RunFacts.StoppedEarly) is { } why)
            yield return $"Training stopped early: {why}.";
        if (run.Of(RunFacts.Exported) is { } saved)
            yield return $"Saved, as the best validation's, is {saved}. What is said to come after training is of it.";
    }

    private static IEnumerable<(string Name, string Value)> Facts(RunRecord run)
    {
        if ((run.Of("model") ?? run.Facts.Model) is { } model)
            yield return ("Model", model);
        if (Method(run.Facts) is { Length: > 0 } method)
            yield return ("Method", method);
        if (run.Metrics is { } metrics)
        {
            yield return ("Steps", StepsOf(metrics, run.Facts.Steps));
            if (Tokens(metrics) is { Length: > 0 } tokens)
                yield return ("Tokens", tokens);
        }

        if (run.Of("device") is { } device)
            yield return ("Device", device);
        if (Started(run) is { } started)
            yield return ("Started", started);
        if (run.Of("finished") is { } finished)
            yield return ("Finished", Time(finished) + Took(run, finished));
        else if (run.Run is not null)
            yield return ("Finished", "not yet, or the run was stopped");
        if (run.Of("version") is { } version)
            yield return ("MolEngine", version);
        foreach ((string name, string value) in run.Run ?? [])
        {
            if (!Known.Contains(name) && value.Length > 0)
                yield return (Names.Heading(name).Replace('_', ' '), value);
        }
    }

    /// <summary>When the run was started and, where it was, resumed; null where neither is known.</summary>
    public static string? Started(RunRecord run)
    {
        string? started = run.Of("started") is { } first ? Time(first) : null;
        return run.Resumed.Count == 0
            ? started
            : $"{started ?? "not known"}, resumed {Counts.Of(run.Resumed.Count, "time")}, last {Time(run.Resumed[^1])}";
    }

    /// <summary>Method, loss and start in words; empty where the config says none of them.</summary>
    public static string Method(ConfigFacts facts)
    {
        string? method = facts.Method switch
        {
            "lora" => "LoRA",
            "full" => "full-parameter",
            _ => facts.Method,
        };
        string? loss = facts.Loss switch
        {
            "mol" => $"mixture of losses{Alpha(facts)}",
            "ce" => "cross-entropy",
            "kl" => "KL to the base model",
            "masked_kl" => $"cross-entropy and a KL without the target{Alpha(facts)}",
            "eaft" => $"cross-entropy by the base model's entropy{Alpha(facts)}",
            "asft" => $"cross-entropy by the target's probability, anchored by KL{Alpha(facts)}",
            _ => facts.Loss,
        };
        string? init = facts.Init == "random" ? "from random weights" : null;
        return string.Join("; ", new[] { method, loss, init }.OfType<string>());
    }

    private static string Alpha(ConfigFacts facts) => facts.Alpha is { } alpha ? $", alpha {alpha}" : "";

    private static string StepsOf(MetricsLog metrics, long? planned)
    {
        long last = (long)(metrics.Training.SelectMany(s => s.Points).Select(p => p.X).DefaultIfEmpty(0).Max());
        string steps = Counts.Of(last);
        if (planned is { } all && all != last)
            steps += $" of {Counts.Of(all)} planned";
        IReadOnlyList<DataPoint> epochs = MetricsLog.Of(metrics.Training, Metric.Epoch).FirstOrDefault()?.Points ?? [];
        if (epochs.Count > 0)
            steps += $" ({Numbers.Value(epochs[^1].Y)} epochs)";
        return metrics.Resumes == 0 ? steps : $"{steps}; resumed {Counts.Of(metrics.Resumes, "time")}";
    }

    private static string Tokens(MetricsLog metrics)
    {
        MetricSeries? tokens = MetricsLog.Of(metrics.Training, Metric.Tokens).FirstOrDefault();
        MetricSeries? rates = MetricsLog.Of(metrics.Training, Metric.TokensPerSecond).FirstOrDefault();
        string total = tokens is null ? "" : Counts.Of((long)tokens.Points.Sum(p => p.Y));
        if (rates is null)
            return total;
        double[] sorted = [.. rates.Points.Select(p => p.Y).Where(double.IsFinite).Order()];
        if (sorted.Length == 0)
            return total;
        string median = $"{Numbers.Value(sorted[sorted.Length / 2])} a second (median)";
        return total.Length > 0 ? $"{total} at {median}" : median;
    }

    private static string Time(string text) => Parsed(text) is { } time
        ? time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'")
        : text;

    /// <summary>The time from start to end by the clock; what breaks a resumed run had is not known.</summary>
    private static string Took(RunRecord run, string finished)
    {
        string breaks = run.Resumed.Count switch
        {
            0 => "",
            1 => " with the break",
            _ => " with the breaks",
        };
        DateTimeOffset? from = run.Of("started") is { } started ? Parsed(started) : null, to = Parsed(finished);
        return to >= from
            ? $" ({Numbers.Duration(to.Value - from.Value)}{breaks})"
            : "";
    }

    private static DateTimeOffset? Parsed(string text)
    {
        const DateTimeStyles Zone = DateTimeStyles.AssumeUniversal;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Zone, out DateTimeOffset time) ? time : null;
    }
}
