using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MolEngine.Data;
using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.FirstLook;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>Shows the corpora of a config, or one corpus, as training packs them.</summary>
internal static class InspectDataRunner
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        WriteIndented = true,
    };

    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(InspectDataOptions options, CommandContext context)
    {
        using DataReview review = Review(options, context);
        DataView view = DataFacts.View(review, options.Title);
        if (options.Html is { } page)
            DataPage.Write(page, view);
        if (options.Json)
        {
            context.Out.WriteLine(JsonSerializer.Serialize(
                new
                {
                    review.Run.Model,
                    review.Statistics.Context,
                    review.Statistics.Packing,
                    Documents = review.Texts.EndRule,
                    review.Order?.Steps,
                    review.Order?.GlobalBatch,
                    review.Order?.Epochs,
                    Questions = review.Questions?.Asked,
                    QuestionsTrainedOn = review.Questions?.TrainedOn,
                    review.Warnings,
                    review.Corpora,
                },
                Json));
            return ExitCode.Done;
        }

        DataViewText.Write(view, context);
        if (options.ShowRows == 0)
        {
            context.Out.WriteLine();
            context.WriteLine("--show-rows N shows rows token by token.");
        }

        foreach (PackedCorpus corpus in review.Data.Corpora.Select(c => c.Train))
        {
            foreach (InspectedRow row in CorpusInspection.Rows(corpus, review.Tokenizer, count: options.ShowRows))
            {
                context.Interrupted.ThrowIfCancellationRequested();
                RowView.Write(corpus.Name, row, context);
            }
        }

        return ExitCode.Done;
    }

    private static DataReview Review(InspectDataOptions options, CommandContext context)
    {
        using IRunDisplay display = context.OpenDisplay(context.Error);
        DataReview review = DataReview.Of(options.Run, options.IsWholeRun, display, context.Interrupted);
        display.Doing(null);
        return review;
    }
}
