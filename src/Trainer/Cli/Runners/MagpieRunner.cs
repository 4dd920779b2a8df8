using System.Text.Encodings.Web;
using System.Text.Json;
using MolEngine.Basics.Files;
using MolEngine.Basics.Text;
using MolEngine.Data;
using MolEngine.Data.Synthesis;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Tokenization;
using MolEngine.Kernels.Ops;
using MolEngine.Trainer.Devices;
using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.Cli.Runners;

internal static class MagpieRunner
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(MagpieOptions options, CommandContext context)
    {
        MagpieSettings settings = options.Settings;
        CancellationToken cancel = context.Interrupted;
        using WorkJournal journal = WorkJournal.Open(options.Output, "--output", Work(options));
        var run = new MagpieRun(journal, settings.Count, settings.Duplicate);
        run.Resume();
        if (run.Tally.Attempts > 0)
            context.Error.WriteLine($"{WorkJournal.PathOf(options.Output)}: goes on after {Sum(run.Tally)}");
        using Ops ops = ComputeDevice.Open(options.Device, OptionNames.Device, context.Error.WriteLine);
        using InferenceModel model = Loading.Model(ops, options.Model, options.Adapter, context);
        Tokenizer tokenizer = Loading.Told(model.LoadTokenizer(), context);
        var templates = ChatTemplates.Load(options.Model);
        var magpie = new Magpie(
            tokenizer, model.Config, templates, DocumentEnd.Resolve(null, model.Config, tokenizer),
            StopIds.Of(options.Model, tokenizer, settings.ChatVariables), settings);
        if (!magpie.MakesDialogues)
        {
            context.Error.WriteLine(
                $"{options.Model} has no chat template: records are texts that go on from where a document begins");
        }

        using (GenerationBatch batch = Batches.OfRows(ops, model, options.Rows, magpie.Longest, "--batch"))
        using (IRunDisplay display = context.OpenDisplay(context.Error))
            run.Finish(magpie, new DraftRunner(batch, options.Rows), display.Doing("making", "record"), cancel);
        Report(options, run.Tally, magpie.MakesDialogues, context);
        return ExitCode.Done;
    }

    /// <summary>Everything that the records depend on.</summary>
    private static Dictionary<string, string> Work(MagpieOptions options)
    {
        MagpieSettings s = options.Settings;
        return new(ModelWork.Of(options.Model, options.Adapter, options.Device))
        {
            ["count"] = $"{s.Count}",
            ["seed"] = $"{s.Seed}",
            ["topics"] = string.Join("; ", s.Topics.Select(t => $"{t.Name}: {t.System}")),
            ["user"] = $"{s.User}",
            ["answer"] = $"{s.Answer}",
            ["tokens"] = $"{s.UserTokens} and {s.AnswerTokens}",
            ["language"] = s.Language ?? "any",
            ["chat variables"] = ModelWork.OfVariables(s.ChatVariables),
            ["duplicates from"] = $"{s.Duplicate}",
        };
    }

    private static string Sum(MagpieTally tally) =>
        $"{Counts.Of(tally.Records, "record")} of {Counts.Of(tally.Attempts, "attempt")}";

    /// <summary>Says what was kept and dropped, and writes it beside the corpus.</summary>
    private static void Report(MagpieOptions options, MagpieTally tally, bool dialogues, CommandContext context)
    {
        context.WriteLine($"{options.Output}: {Sum(tally)} ({(dialogues ? "dialogues" : "texts")})");
        foreach ((string topic, int n) in tally.Topics.OrderByDescending(t => t.Value))
            context.WriteLine($"  {topic,-16} {n,8:N0}  {(double)n / tally.Records,6:P1} of the records");
        foreach ((string reason, string means) in DropReason.All)
        {
            if (tally.Dropped.TryGetValue(reason, out (int Count, IReadOnlyList<string> Examples) dropped))
            {
                double share = (double)dropped.Count / tally.Attempts;
                context.WriteLine($"  {reason,-16} {dropped.Count,8:N0}  {share,6:P1} of attempts dropped: {means}");
            }
        }

        string path = options.Output + ".report.json";
        MagpieSettings s = options.Settings;
        var report = new
        {
            options.Model,
            options.Adapter,
            tally.Attempts,
            tally.Records,
            tally.Topics,
            Dropped = DropReason.All.Where(r => tally.Dropped.ContainsKey(r.Reason)).Select(r => new
            {
                r.Reason,
                r.Means,
                tally.Dropped[r.Reason].Count,
                tally.Dropped[r.Reason].Examples,
            }),
            s.Seed,
            s.User,
            s.Answer,
            s.UserTokens,
            s.AnswerTokens,
            s.Language,
        };
        DurableFiles.WriteText(path, JsonSerializer.Serialize(report, Json) + "\n");
        context.WriteLine($"{path}: what was dropped and why, with examples");
    }
}
