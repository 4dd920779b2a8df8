using System.Text.Json;

namespace MolEngine.Runs.Records;

/// <summary>questions.json as the report tells it.</summary>
public sealed record QuestionTable(IReadOnlyList<QuestionOutcome> Rows)
{
    /// <summary>The model that training starts from; null where nothing was asked.</summary>
    public QuestionScore? Before => Rows.Count == 0 ? null : new(Rows.Count(r => r.RightBefore), Rows.Count);

    /// <summary>Null where training is not over.</summary>
    public QuestionScore? After => Rows.Count == 0 || Rows.Any(r => r.RightAfter is null)
        ? null
        : new(Rows.Count(r => r.RightAfter == true), Rows.Count);

    /// <summary>"2 of 40 before training, 36 of 40 after"; the second part where training is over.</summary>
    public string Sentence
    {
        get
        {
            string before = $"{Before!.Answered} of {Before.Asked} before training";
            return After is null ? before : $"{before}, {After.Answered} of {After.Asked} after";
        }
    }

    /// <summary>What is said of questions that are no test: it follows "2 of them".</summary>
    public static string AreTrainedOn(int questions) => questions == 1
        ? "is a training document too, with its answer: it shows what is memorised, not what is understood"
        : "are training documents too, with their answers: they show what is memorised, not what is understood";

    public static QuestionTable Read(JsonElement json) => new(RecordJson.List<QuestionOutcome>(json));
}
