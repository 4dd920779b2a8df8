using MolEngine.Evaluation.Comparing;
using MolEngine.Evaluation.Tasks;
using MolEngine.Evaluation.Tasks.Scoring;

namespace MolEngine.Evaluation.Tests.Comparing;

/// <summary>Answers of two models to the same items.</summary>
public sealed class PairedItemsTests
{
    private static readonly string Log = "{\"identity\":{}}\n" + Line("b", 0, 1, "A", 0) + Line("a", 1, 0, "B", 1);

    [Fact]
    public void A_log_is_read_back()
    {
        using var folder = new TempFolder();
        IReadOnlyList<ItemAnswer> answers = AnswerLog.Read(folder.Write("a.jsonl", Log), "acc");
        Assert.Equal([("a", 1), ("b", 0)], answers.Select(a => (a.Subset, a.Item)));
        Assert.Equal(("A", "B", 0.0), (answers[0].Said, answers[0].Expected, answers[0].Score.Value));
        Assert.Equal(0.25, answers[0].Probabilities[answers[0].Right], 1e-9);
        Assert.Equal(0.75, answers[1].Probabilities[answers[1].Right], 1e-9);
    }

    [Fact]
    public void Samples_of_an_item_are_averaged_and_texts_have_weights()
    {
        using var folder = new TempFolder();
        const string Written =
            """{"subset":"","item":0,"scores":{"m":1},"prompt":"Q","output":"so 3","expected":["3","4"]}""";
        string path = folder.Write(
            "b.jsonl", $"{{}}\n{Written}\n{Written.Replace("\"m\":1", "\"m\":0")}\n");
        ItemAnswer answer = AnswerLog.Read(path, "m").Single();
        Assert.Equal((0.5, "so 3", "3 | 4", false), (
            answer.Score.Value, answer.Said, answer.Expected, answer.IsRightOrWrong));
        path = folder.Write(
            "c.jsonl", "{}\n{\"subset\":\"\",\"item\":0,\"scores\":{\"p\":-6},\"weights\":{\"p\":3},\"text\":\"t\"}\n");
        Assert.Equal(new Observation("p", -6, 3), AnswerLog.Read(path, "p").Single().Score);
    }

    [Fact]
    public void A_log_of_another_shape_is_a_mistake_with_its_place()
    {
        using var folder = new TempFolder();
        string path = folder.Write("a.jsonl", Log.Replace(",\"right_choice\":0", ""));
        Assert.StartsWith($"{path}:2: ", Assert.Throws<UserException>(() => AnswerLog.Read(path, "acc")).Message);
    }

    [Fact]
    public void Flows_means_and_guesses_are_counted()
    {
        // Right to wrong, wrong to right twice, right and wrong that stay.
        ItemAnswer[] before = [Item(0, 1, 0.6), Item(1, 0, 0.2), Item(2, 0, 0.4), Item(3, 1, 0.9), Item(4, 0, 0.1)];
        ItemAnswer[] after = [Item(0, 0, 0.3), Item(1, 1, 0.7), Item(2, 1, 0.8), Item(3, 1, 0.9), Item(4, 0, 0.2)];
        var items = new PairedItems("t", before, after, GroupMean.Items);
        Assert.Equal((1, 2, true), (items.Lost, items.Gained, items.AreRightOrWrong));
        Assert.Equal(0.4, items.Before, 1e-12);
        Assert.Equal(0.6, items.After, 1e-12);
        Assert.Equal(0.2, items.Change(1).Value, 1e-12);
        Assert.Equal([0.3, -0.5, -0.4, 0, -0.1], items.All.Select(i => Math.Round(i.Drop, 9)));

        // Below chance all are guessed: u(0.4) = 1, u(0.6) = 0.8; of what both guess a quarter goes either way.
        Assert.Equal(5 * 0.8 / 4, items.Guessed()!.Value, 1e-12);

        // Bins of 0.6 (one of two right), 0.8 (none of one), 0.9 (one of two); of 0.7 and 0.8 (one of two each), 0.9.
        (double first, double last) = items.Calibration()!.Value;
        Assert.Equal((0.2 + 0.8 + 0.8) / 5, first, 1e-12);
        Assert.Equal((0.4 + 0.6 + 0.1) / 5, last, 1e-12);
    }

    [Fact]
    public void Subsets_weigh_the_same_where_the_task_says_so()
    {
        ItemAnswer[] before = [Item(0, 0, 0.1), Item(1, 0, 0.1), Item(2, 0, 0.1), Item(0, 0, 0.1, "b")];
        ItemAnswer[] after = [Item(0, 1, 0.9), Item(1, 1, 0.9), Item(2, 1, 0.9), Item(0, 0, 0.1, "b")];
        Assert.Equal(0.75, new PairedItems("t", before, after, GroupMean.Items).Change(1).Value, 1e-12);
        Assert.Equal(0.5, new PairedItems("t", before, after, GroupMean.Subsets).Change(1).Value, 1e-12);
    }

    [Fact]
    public void Other_items_are_refused()
    {
        var mistake = Assert.Throws<UserException>(
            () => new PairedItems("t", [Item(0, 1, 1)], [Item(1, 1, 1)], GroupMean.Items));
        Assert.StartsWith("t: expected answers to the same items", mistake.Message);
    }

    /// <summary>A line of a log: A is three times as probable as B.</summary>
    private static string Line(string subset, int item, int score, string right, int place) =>
        $$"""
        {"subset":"{{subset}}","item":{{item}},"sample":0,"place":"x","scores":{"acc":{{score}}},"prompt":"Q",
        """
        + $$"""
        "log_likelihoods":[-1,-2.0986122886681098],"chosen":"A","right":"{{right}}","right_choice":{{place}}}

        """;

    private static ItemAnswer Item(int item, double score, double right, string subset = "a") =>
        new(subset, item, "Q", "", "", new Observation("acc", score)) { Probabilities = [right, 1 - right] };
}
