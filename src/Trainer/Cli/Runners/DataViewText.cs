using MolEngine.Basics.Text;
using MolEngine.Runs.Records;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>The data of a run as lines.</summary>
internal static class DataViewText
{
    private const int BarWidth = 40;
    private const string Indent = "    ";

    public static void Write(DataView data, CommandContext context)
    {
        foreach (Fact fact in data.Facts)
            context.Fact(fact.Name, fact.Text);
        foreach (CorpusView corpus in data.Corpora)
        {
            context.Out.WriteLine();
            context.Fact("corpus", $"{corpus.Name} ({corpus.Kind})");
            foreach (IGrouping<string, Fact> facts in corpus.Facts.GroupBy(f => f.Name))
                context.Facts(facts.Key, facts.Select(f => f.Text));
            Lengths(corpus, context);
            First(corpus, context);
        }

        if (data.Warnings.Count == 0)
            return;
        context.Out.WriteLine();
        foreach (string warning in data.Warnings)
            context.Fact("warning", warning);
    }

    private static void Lengths(CorpusView corpus, CommandContext context)
    {
        int most = corpus.Lengths.Select(l => l.Documents).DefaultIfEmpty().Max();
        int range = corpus.Lengths.Select(l => l.Range.Length).DefaultIfEmpty().Max();
        int count = Counts.Of(most).Length;
        foreach (LengthBar bar in corpus.Lengths)
        {
            // What is there shows, however few.
            int length = (int)Math.Ceiling((double)BarWidth * bar.Documents / most);
            context.Out.WriteLine(
                $"{Indent}{bar.Range.PadLeft(range)} tokens {Counts.Of(bar.Documents).PadLeft(count)} "
                    .TrimEnd() + (length == 0 ? "" : $" {new string('#', length)}"));
        }
    }

    private static void First(CorpusView corpus, CommandContext context)
    {
        if (corpus.First.Count == 0)
            return;
        string text = string.Concat(corpus.First.Select(r => r.IsTrained ? r.Text : $"\u2039{r.Text}\u203a"));
        string left = corpus.FirstLeft == 0 ? "" : $" ... {Counts.Of(corpus.FirstLeft, "token")} more";
        context.Fact("first document", "in \u2039 \u203a what the loss does not see");
        foreach (string line in $"{text}{left}".TrimEnd('\n').Split('\n'))
            context.WriteLine(Indent + line);
    }
}
