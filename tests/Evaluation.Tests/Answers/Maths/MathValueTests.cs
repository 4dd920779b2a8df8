using System.Text.Json;
using System.Text.RegularExpressions;
using MolEngine.Evaluation.Answers;
using MolEngine.Evaluation.Answers.Maths;
using MolEngine.Support;

namespace MolEngine.Evaluation.Tests.Answers.Maths;

public sealed class MathValueTests
{
    private static readonly IAnswerRule Rule = AnswerRules.Named("math_value");

    /// <summary>The table of pairs, and each pair the other way round.</summary>
    [Fact]
    public void Hard_pairs_are_equal_or_not_as_the_table_says()
    {
        string[] lines =
        [
            .. File.ReadLines(Path.Combine(
                Shared.Repository, "tests", "Evaluation.Tests", "Answers", "Maths", "math-pairs.tsv"))
                .Where(l => l.Length > 0 && l[0] != '#'),
        ];
        Assert.True(lines.Length >= 150);
        List<string> wrong = [];
        foreach (string line in lines)
        {
            string[] columns = line.Split('\t');
            bool equal = columns[0] == "=";
            if (MathAnswer.AreEqual(columns[1], columns[2]) != equal
                || MathAnswer.AreEqual(columns[2], columns[1]) != equal)
                wrong.Add(line);
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>Every answer of MATH-500 is itself, however it is written.</summary>
    [Fact]
    public void Answers_of_math_500_equal_themselves_under_reformatting()
    {
        List<string> wrong = [];
        foreach (string gold in Math500())
        {
            foreach (string other in Reformatted(gold))
            {
                if (!Rule.Judge($"So the answer is $\\boxed{{{other}}}$.", [gold]).IsRight)
                    wrong.Add($"{gold}    {other}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>
    /// Of all pairs of different answers of MATH-500 these are equal, by the same value in another spelling, since
    /// degrees, units and currency do not count, or since a pair without brackets may be a point.
    /// </summary>
    [Fact]
    public void Different_answers_of_math_500_are_equal_where_their_values_are()
    {
        string[] answers = [.. Math500().Distinct()];
        MathAnswer[] parsed = [.. answers.Select(AnswerParser.Parse)];
        List<string> equal = [];
        for (int i = 0; i < answers.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                if (AnswerComparer.AreEqual(parsed[i], parsed[j]))
                    equal.Add($"{answers[j]} = {answers[i]}");
            }
        }

        Assert.Equal(
            [
                "5 = x=5", @"120^\circ = 120", @"30^\circ = 30", @"90^\circ = 90", @"36 = 36^\circ",
                @"10,\!080 = 10080", @"\frac{1}{4} = \frac14", @"2 \sqrt{5} = 2\sqrt{5}", "1,-2 = -2,1",
                "(-2,1) = -2,1",
                @"15 = 15\mbox{ cm}^2", @"36 = \$36", @"36^\circ = \$36",
            ],
            equal);
    }

    /// <summary>Whole solutions, which box their answer at the end, and the answers of AIME.</summary>
    [Fact]
    public void Worked_solutions_have_their_answers()
    {
        foreach (string line in File.ReadLines(Shared.FilePath("data", "math500", "test.jsonl")))
        {
            JsonElement item = JsonDocument.Parse(line).RootElement;
            string solution = item.GetProperty("solution").GetString()!;
            string answer = item.GetProperty("answer").GetString()!;
            Assert.True(Rule.Judge(solution, [answer]).IsRight, answer);
            Assert.True(Rule.Judge($"It follows that the answer is ${answer}$.", [solution]).IsRight, answer);
        }

        IAnswerRule aime = AnswerRules.Named("aime");
        foreach (string name in new[] { "aime24_nemo.jsonl", "aime25_nemo.jsonl" })
        {
            foreach (string line in File.ReadLines(Shared.FilePath("data", "aime", name)))
            {
                JsonElement item = JsonDocument.Parse(line).RootElement;
                string answer = item.GetProperty("expected_answer").GetString()!;
                string solution = item.GetProperty("reference_solution").GetString()!;
                Assert.All([Rule, aime], r => Assert.True(r.Judge($"So it is \\boxed{{{answer}}}.", [answer]).IsRight));
                if (solution.Contains("boxed"))
                    Assert.True(Rule.Judge(solution, [answer]).IsRight, $"{answer}: {solution}");
            }
        }
    }

    private static IEnumerable<string> Math500() => File.ReadLines(Shared.FilePath("data", "math500", "test.jsonl"))
        .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("answer").GetString()!);

    private static IEnumerable<string> Reformatted(string gold)
    {
        yield return gold;
        yield return gold.Replace(@"\left", "").Replace(@"\right", "");
        yield return gold.Replace(@"\frac", @"\dfrac").Replace(@"\ddfrac", @"\dfrac");
        yield return $" {gold} ";
        yield return $"{gold}.";
        yield return $@"\displaystyle {gold}";
        yield return gold.Replace(", ", ",").Replace(" + ", "+");
        if (Regex.IsMatch(gold, @"^-?[\d.,]+$"))
        {
            yield return $@"\${gold}";
            yield return $@"{gold}\text{{ units}}";
            yield return $"{gold} cm";
            if (!gold.Contains(','))
                yield return gold.Contains('.') ? $"{gold}0" : $"{gold}.0";
            yield return $"x = {gold}";
        }
        else
        {
            yield return gold.Replace(",", ", ").Replace("+", " + ").Replace(@", \!", @",\!");
        }
    }
}
