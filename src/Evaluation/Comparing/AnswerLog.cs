using System.Text.Json;
using System.Text.Json.Nodes;
using MolEngine.Basics.Text;
using MolEngine.Evaluation.Harness;
using MolEngine.Evaluation.Tasks.Scoring;

namespace MolEngine.Evaluation.Comparing;

/// <summary>Reads the answers of a task's log back, item by item.</summary>
public static class AnswerLog
{
    /// <param name="score">The task's headline.</param>
    /// <returns>In the order of subsets' names and of items.</returns>
    /// <exception cref="UserException">A line is not as the log's writer leaves it.</exception>
    public static IReadOnlyList<ItemAnswer> Read(string path, string score)
    {
        IEnumerable<ItemAnswer> answers = ResultLog.Lines(path).Select((line, i) => Of(line, score, $"{path}:{i + 2}"));
        return
        [
            .. answers.GroupBy(a => (a.Subset, a.Item)).Select(g => Mean([.. g]))
                .OrderBy(a => a.Subset, StringComparer.Ordinal).ThenBy(a => a.Item),
        ];
    }

    /// <summary>Several answers to one item: what is shown is the first.</summary>
    private static ItemAnswer Mean(ItemAnswer[] samples) => samples.Length == 1 ? samples[0] : samples[0] with
    {
        Score = new Observation(
            samples[0].Score.Score, samples.Average(s => s.Score.Value), samples.Average(s => s.Score.Weight)),
    };

    private static ItemAnswer Of(string line, string score, string place)
    {
        try
        {
            return Of(StrictJson.Object(line), score);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException
            or OverflowException or NullReferenceException or ArgumentNullException)
        {
            throw new UserException(
                $"{place}: expected an answer as eval writes it, got another line. Remove the file, and ask again", e);
        }
    }

    private static ItemAnswer Of(JsonObject line, string score)
    {
        var observed = new Observation(
            score, (double)line["scores"]![score]!, (double?)line["weights"]?[score] ?? 1);
        ItemAnswer Answer(string prompt, string said, string expected) =>
            new((string)line["subset"]!, (int)line["item"]!, prompt, said, expected, observed);
        if (line["text"] is { } text)
            return Answer((string)text!, "", "");
        string prompt = (string)line["prompt"]!;
        if (line["output"] is { } output)
        {
            string expected = string.Join(" | ", line["expected"]!.AsArray().Select(e => (string)e!));
            return Answer(prompt, (string)(line["answer"] ?? output)!, expected);
        }

        double[] likelihoods = [.. line["log_likelihoods"]!.AsArray().Select(l => (double)l!)];
        return Answer(prompt, (string)line["chosen"]!, (string)line["right"]!) with
        {
            Probabilities = Calibration.Probabilities(likelihoods),
            Right = (int)line["right_choice"]!,
        };
    }
}
