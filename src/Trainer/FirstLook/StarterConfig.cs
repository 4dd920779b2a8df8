using System.Text;
using MolEngine.Basics.Text;
using MolEngine.Data.Settings;
using MolEngine.Engine.Batches;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;
using MolEngine.Yaml;

namespace MolEngine.Trainer.FirstLook;

/// <summary>A first config for a model and files, in the making: what it says, and why.</summary>
/// <param name="ModelName">The model in words.</param>
/// <param name="Model">As the config names it.</param>
/// <param name="Output">The run's folder, as the config names it.</param>
/// <param name="Corpora">Those that can be trained on, with paths as the config names them.</param>
/// <param name="LeftOut">Those that cannot.</param>
internal sealed record StarterConfig(
    string ModelName, string Model, string Output, IReadOnlyList<StarterCorpus> Corpora,
    IReadOnlyList<SeenCorpus> LeftOut, StarterValues Values)
{
    /// <summary>Where comments begin behind values.</summary>
    private const int CommentColumn = 30;

    private const int LongestComment = 200;

    /// <summary>What is said of training all parameters instead of an adapter; empty before that is known.</summary>
    public string OfFull { get; init; } = "";

    private bool HasGeneral => Corpora.Any(c => c.Guess.Kind == CorpusKind.General);

    /// <summary>The config as YAML. Values that equal the defaults are comments.</summary>
    public string Yaml()
    {
        var yaml = new StringBuilder();
        void Line(string text, string comment = "") => yaml.Append(
            comment.Length == 0 ? text : $"{text.PadRight(CommentColumn)} # {Comment(comment)}").Append('\n');
        Line($"# For {Comment(ModelName)}, by molengine init. Lines that say \"guess\" are one: look at them.");
        Line($"model: {KeyTypes.Text.Write(Model)}");
        Line($"output: {KeyTypes.Text.Write(Output)}");
        Line("data:");
        Line(
            $"  context: {Values.Context}",
            $"tokens; {100 * StarterValues.WholeText:0} % of domain tokens are in documents that fit, else the most");
        if (Values.HeldOut is { } heldOut)
            Line($"  held_out: {{tokens: {heldOut}}}", "of each corpus, for validation: a CPU takes its time");
        Line("  corpora:");
        foreach (StarterCorpus corpus in Corpora)
        {
            Line($"    # {corpus.InWords}");
            Line($"    - {corpus.Entry}", $"guess: {corpus.Guess.Why}");
        }

        if (!HasGeneral)
        {
            Line("    # No general corpus: nothing holds the model to what it can already. Take text of kinds that");
            Line("    # it must not forget (everyday chats, books, the web): - {path: FILE, kind: general}");
        }

        foreach (SeenCorpus corpus in LeftOut)
        {
            Line($"    # Left out: {Comment(corpus.Problem!, int.MaxValue)}");
            if (corpus.Remedy is { } remedy)
                Line($"    # - {{path: {KeyTypes.Text.Write(corpus.Given)}, kind: domain, {remedy}}}");
        }

        Order(Line);
        return yaml.ToString();
    }

    private void Order(Action<string, string> line)
    {
        StarterValues v = Values;
        void Value<T>(ConfigKey<T> key, T value, bool isDefault, string comment)
            where T : notnull => line($"{(isDefault ? "# " : "")}{key.Path}: {Written(value)}", comment);
        if (HasGeneral)
            Value(OrderKeys.Ratio, v.Ratio, v.Ratio == 1, v.Ratio == 1
                ? "general rows for each domain row"
                : "general rows for each domain row: with more of them an epoch would see them over four times");
        Value(OrderKeys.Epochs, v.Epochs, v.Epochs == 1, "passes over the domain text; or steps: N");
        Value(OrderKeys.GlobalBatch, v.GlobalBatch, false, "rows of a step");
        Value(
            ConfigKeys.MicroBatch, v.MicroBatch, v.MicroBatch == 1,
            "rows at once: memory and speed, never the result");
        if (v.Recompute != RecomputeKind.Auto)
            Value(ConfigKeys.Recompute, v.Recompute, false, "computes again what memory has no room for");
        line($"# method: {Usual(ConfigKeys.Method)}", OfFull);
        string rank = v.Rank is null ? Usual(LoraKeys.Rank) : Written(v.Rank);
        line($"{(v.Rank is null ? "# " : "")}lora: {{rank: {rank}}}", "");
        line($"# loss: {{kind: {Usual(LossKeys.Kind)}, alpha: {Usual(LossKeys.Alpha)}}}", "or ce: plain cross-entropy");
        line(
            $"# optimizer: {{learning_rate: {Usual(OptimizerKeys.LearningRate)}, "
                + $"warmup_ratio: {Usual(OptimizerKeys.WarmupRatio)}}}",
            $"the learning rate: {OptimizerKeys.LearningRate.DefaultText}");
        line($"validate: {{every: {v.Every}}}", "steps");
        line($"checkpoint: {{every: {v.Every}}}", "");
        line("# questions: FILE", "records that ask and answer: asked before training and after");
    }

    /// <summary>A key's value where a config does not give it.</summary>
    private static string Usual<T>(ConfigKey<T> key)
        where T : notnull =>
        key.Write(new ConfigReader(ConfigTable.Keys, inputsMayBeAbsent: true, NamedInputs.OfKey).Values.Take(key));

    private static string Written<T>(T value) => value is Enum
        ? value.ToString()!.ToLowerInvariant()
        : $"{value}";

    /// <summary>A text that cannot end its comment, nor do anything to who reads it.</summary>
    private static string Comment(string text, int longest = LongestComment)
    {
        string line = VisibleText.Of(text.ReplaceLineEndings(" "));
        return line.Length <= longest ? line : $"{line[..longest]}...";
    }
}

/// <summary>A corpus of a first config.</summary>
/// <param name="Path">As the config names it.</param>
/// <param name="Name">Null where the path gives one that no other corpus has.</param>
internal sealed record StarterCorpus(SeenCorpus Seen, KindGuess Guess, string Path, string? Name)
{
    /// <summary>As a list of the config has it.</summary>
    public string Entry => $"{{{(Name is null ? "" : $"name: {KeyTypes.Text.Write(Name)}, ")}"
        + $"path: {KeyTypes.Text.Write(Path)}, kind: {Guess.Kind.Name()}}}";

    /// <summary>What it holds.</summary>
    public string InWords =>
        $"{Counts.Of(Seen.Lengths.Count, "document")}, {Counts.Of(Seen.Tokens, "token")} to train on; {Seen.Shapes}";
}
