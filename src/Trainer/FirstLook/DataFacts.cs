using MolEngine.Basics.Text;
using MolEngine.Data;
using MolEngine.Data.Records;
using MolEngine.Engine.Batches;
using MolEngine.Runs.Records;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;

namespace MolEngine.Trainer.FirstLook;

/// <summary>A review of data in words.</summary>
internal static class DataFacts
{
    /// <summary>Tokens of the first document that are shown.</summary>
    private const int FirstTokens = 400;

    /// <param name="title">What is looked at, for people.</param>
    public static DataView View(DataReview review, string title) => new(
        title, [.. OfAll(review)],
        [.. review.Data.Corpora.Zip(review.Corpora, (c, r) => Corpus(c, r, review.Statistics.Context))],
        review.Warnings);

    /// <summary>"2 documents".</summary>
    public static string Documents(long count) => Counts.Of(count, "document");

    private static IEnumerable<Fact> OfAll(DataReview review)
    {
        RunConfig run = review.Run;
        yield return new("tokenizer", $"{NamedInputs.Shown(run.Model)}; {review.Texts.EndRule}");
        yield return new(
            "packing", $"{DataPlan.Packing(run.Data.Packing)}, rows of {Counts.Of(run.Data.Context, "token")}");
        if (review.Order is { } order)
        {
            yield return new("plan", DataPlan.Steps(order));
            if (review.Statistics.RatioAchieved is { } ratio)
                yield return new("ratio", DataPlan.Ratio(ratio, review.Statistics.RatioAsked));
        }

        if (review.Questions is var (asked, trained))
        {
            string among = trained == 0 ? "none of them is" : $"{Counts.Of(trained, "of them is", "of them are")}";
            yield return new("questions", $"{Counts.Of(asked)}; {among} a training document");
        }
    }

    private static CorpusView Corpus(Corpus corpus, CorpusReview review, int context)
    {
        int shown = Math.Min(FirstTokens, review.First.Count);
        int all = corpus.Train.Documents == 0 ? 0 : corpus.Train.LengthOf(0);
        return new(
            corpus.Name, corpus.Kind.Name(), [.. Facts(corpus, review, context)],
            [.. review.Lengths.Ranges.Select(Bar)],
            [.. Runs(review.First.Take(shown))], all - shown);
    }

    private static LengthBar Bar(LengthRange range) =>
        new($"{Counts.Of(range.Least)} to {Counts.Of(range.Most)}", range.Documents);

    private static IEnumerable<Fact> Facts(Corpus corpus, CorpusReview review, int context)
    {
        CorpusStatistics c = review.Statistics;
        yield return new("shapes", string.Join(", ", review.Shapes.Select(s => $"{s.Name} ({Counts.Of(s.Records)})")));
        string training = Counts.Of(c.Documents) + DataPlan.Dialogues(c.Source);
        string files = Counts.Of(c.Source.Files, "file");
        string heldOut = Counts.Of(c.HeldOutDocuments);
        yield return new("documents", $"{training} to train on, {heldOut} held out; from {files}");
        double mean = (double)c.Tokens / Math.Max(1, c.Documents);
        yield return new(
            "tokens", $"{Counts.Of(c.Tokens)}, each of {review.CharactersPerToken:0.00} characters; a document has "
                + $"{mean:N1} on average");
        LengthSpread l = review.Lengths;
        yield return new(
            "lengths", $"{Counts.Of(l.Least)} at least, median {Counts.Of(l.Median)}, 90 % to {Counts.Of(l.P90)}, 99 % "
                + $"to {Counts.Of(l.P99)}, the longest {Counts.Of(l.Most)}");
        string longer = review.LongerThanRow == 0 ? "none is" : Counts.Of(review.LongerThanRow, "is", "are");
        yield return new(
            "rows", $"{Counts.Of(c.Rows)}, {100 * c.PackingEfficiency:0.0} % full; {Documents(c.CutDocuments)} cut at "
                + $"a row's end, {longer} longer than {Counts.Of(context, "token")}");
        string what = review.TrainOn == TrainOn.Assistant
            ? "what the assistant says, or the answer"
            : "all but the first of each document in a row";
        yield return new(
            "trained on", $"{Counts.Of(review.TrainedTokens, "token")} ({100 * review.TrainedShare:0.0} %): {what}");
        if (review.TimesInRun is { } times)
        {
            string share = c.ShareAchieved is { } s ? $", {100 * s:0.0} % of the general rows" : "";
            string rows = Counts.Of((long)Math.Round(c.RowsPerEpoch), "row");
            yield return new(
                "an epoch", $"{rows} ({Counts.Of(c.Repeat, "time")}){share}; the run sees a text "
                    + Counts.Of(times, "time"));
        }

        yield return new("copies", Copies(review.Copies));
        foreach (string line in DataPlan.LeftOut(corpus.Source))
            yield return new("left out", line);
    }

    private static string Copies(TextCopies copies)
    {
        string within = copies.Within == 0
            ? "none within the corpus"
            : $"{Documents(copies.Within)} with the text of an earlier one";
        IEnumerable<string> elsewhere =
            copies.Elsewhere.Select(e => $"{Documents(e.Documents)} of it in {e.Corpus} too");
        string heldOut = copies.OfHeldOut == 0 ? "" : $"; {Documents(copies.OfHeldOut)} to train on held out elsewhere";
        return string.Join("; ", elsewhere.Prepend(within)) + heldOut;
    }

    private static IEnumerable<TextRun> Runs(IEnumerable<InspectedToken> tokens)
    {
        string text = "";
        bool? isTrained = null;
        foreach (InspectedToken token in tokens)
        {
            if (isTrained is { } before && before != token.Counts && text.Length > 0)
            {
                yield return new(VisibleText.InLines(text), before);
                text = "";
            }

            (text, isTrained) = (text + token.Text, token.Counts);
        }

        if (text.Length > 0)
            yield return new(VisibleText.InLines(text), isTrained!.Value);
    }
}
