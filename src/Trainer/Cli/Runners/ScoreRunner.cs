using System.Text.Json;
using MolEngine.Basics.Text;
using MolEngine.Basics.Values;
using MolEngine.Data;
using MolEngine.Data.Records;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Tokenization;
using MolEngine.Engine.Training;
using MolEngine.Kernels.Ops;
using MolEngine.Trainer.Devices;
using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.Cli.Runners;

internal static class ScoreRunner
{
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(ScoreOptions options, CommandContext context)
    {
        using Ops ops = ComputeDevice.Open(options.Device, OptionNames.Device, context.Error.WriteLine);
        using InferenceModel model = Loading.Model(ops, options.Model, options.Adapter, context);
        using InferenceModel? other = options.Base is null ? null : Loading.Model(ops, options.Base, null, context);
        if (other is not null && !other.Config.ComputesLike(model.Config))
        {
            throw new UserException(
                $"--base: {options.Base}: expected a model of the shapes of {options.Model}, got another "
                + "architecture or other sizes. KL compares a model with the one it came from.");
        }

        Tokenizer tokenizer = Loading.Told(model.LoadTokenizer(), context);
        List<int[]> documents = [.. Documents(options, tokenizer, model)];
        TransformerWeights? reference = other?.Weights ?? (options.Adapter is null ? null : model.Frozen);
        IReadOnlyList<RowFigures> figures;
        using (IRunDisplay display = context.OpenDisplay(context.Error))
        {
            Action<long, long> progress = display.Doing("scoring", "text");
            figures = Scorer.Score(
                ops, model.Config, model.Weights, reference, documents,
                progress: done =>
                {
                    context.Interrupted.ThrowIfCancellationRequested();
                    progress(done, documents.Count);
                });
        }

        DocumentScore[] scores =
        [
            .. figures.Select((f, i) => new DocumentScore(
                documents[i].Length, f.EffectiveTokens, f.EffectiveTokens == 0 ? null : f.CrossEntropy,
                f.EffectiveTokens == 0 || reference is null ? null : f.KlDivergence)),
        ];
        double?[] means = [.. scores.SelectMany(s => new[] { s.MeanCe, s.MeanKl })];
        if (means.FirstOrDefault(m => m is double x && !double.IsFinite(x)) is double bad)
        {
            throw new NonFiniteException(
                $"score: a mean is {bad}: expected a finite number. The model's weights or the adapter are broken.");
        }

        if (options.Json)
            WriteJson(scores, reference is not null, context.Out);
        else
            WriteTable(scores, reference is not null, context.Out);
        return ExitCode.Done;
    }

    /// <summary>The records as training reads them, without the token that ends a document.</summary>
    private static IEnumerable<int[]> Documents(ScoreOptions options, Tokenizer tokenizer, InferenceModel model)
    {
        DocumentTokenizer texts = DocumentTokenizer.Of(
            tokenizer, options.Model, DocumentEnd.Resolve(null, model.Config, tokenizer));
        CorpusSettings input = CorpusInput.Of(options.Input, MapValue.Empty, texts);
        foreach ((CorpusFile file, CorpusRecord record) in new RecordReader(input).ReadAll())
        {
            DocumentText text = texts.Writer.Write(record, input, file.Path);
            yield return texts.Beginning(text.Text, text.IsDialogue);
        }
    }

    /// <summary>Mean over the effective tokens of all documents; null where there is none.</summary>
    private static double? Mean(DocumentScore[] scores, Func<DocumentScore, double?> value)
    {
        long tokens = scores.Sum(s => (long)s.Effective);
        return tokens == 0 ? null : scores.Sum(s => s.Effective * (value(s) ?? 0)) / tokens;
    }

    private static void WriteJson(DocumentScore[] scores, bool hasBase, TextWriter to)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartArray("documents");
            foreach (DocumentScore s in scores)
            {
                json.WriteStartObject();
                json.WriteNumber("tokens", s.Tokens);
                WriteFigures(json, s.MeanCe, s.MeanKl, hasBase);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteFigures(json, Mean(scores, s => s.MeanCe), Mean(scores, s => s.MeanKl), hasBase);
            json.WriteEndObject();
        }

        to.WriteLine(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static void WriteFigures(Utf8JsonWriter json, double? ce, double? kl, bool hasBase)
    {
        json.WriteNumber("mean_ce", ce);
        if (hasBase)
            json.WriteNumber("mean_kl", kl);
    }

    private static void WriteTable(DocumentScore[] scores, bool hasBase, TextWriter to)
    {
        string Line(string name, long tokens, double? ce, double? kl)
        {
            string divergence = hasBase ? $"  kl {(kl is { } k ? Numbers.FixedKl(k) : "-"),8}" : "";
            return $"{name,-10} {tokens,8:N0} {(tokens == 1 ? "token " : "tokens")}  ce {Show(ce)}{divergence}";
        }

        for (int i = 0; i < scores.Length; i++)
            to.WriteLine(Line($"text {i + 1}", scores[i].Tokens, scores[i].MeanCe, scores[i].MeanKl));
        long all = scores.Sum(s => (long)s.Tokens);
        to.WriteLine(Line("all", all, Mean(scores, s => s.MeanCe), Mean(scores, s => s.MeanKl)));
    }

    private static string Show(double? value) => value?.ToString("F6") ?? "-";

    /// <param name="Effective">Tokens that were predicted.</param>
    private sealed record DocumentScore(int Tokens, int Effective, double? MeanCe, double? MeanKl);
}
