using System.Text.Json;
using MolEngine.Evaluation.Answers;
using MolEngine.Support;

namespace MolEngine.Evaluation.Tests.Answers;

public sealed class AnswerRulesTests
{
    [Theory]
    [InlineData("A) Aspirin", "A")]
    [InlineData("(B)", "B")]
    [InlineData("C", "C")]
    [InlineData("**D.** because", "D")]
    [InlineData("b is wrong", null)]
    [InlineData("A patient with fever has C", "C")]
    [InlineData("The answer is B.", "B")]
    [InlineData("The answer is (B), although A looks right.", "B")]
    [InlineData("Answer: A. No, wait. The correct answer is **C**", "C")]
    [InlineData("The correct option is $\\boxed{\\text{D}}$.", "D")]
    [InlineData("\\boxed{B}", "B")]
    [InlineData("A or B", null)]
    [InlineData("Option B is correct. Option A is wrong.", "B")]
    [InlineData("A is not correct, and C is the most likely.", "C")]
    [InlineData("Therefore, the correct answer is:\n\nC) 45 mmHg", "C")]
    [InlineData("Final Answer: **B. Aspirin**", "B")]
    [InlineData("The best answer is option D, not A.", "D")]
    [InlineData("Answer: Aspirin", null)]
    [InlineData("答案：C", "C")]
    [InlineData("答案是B。", "B")]
    [InlineData("", null)]
    [InlineData("I do not know", null)]
    [InlineData("A\nBecause it is.", "A")]
    [InlineData("answer: d", "D")]
    [InlineData("b)", "B")]
    [InlineData("(c) 45 mmHg", "C")]
    [InlineData("a", "A")]
    [InlineData("The answer is a beta blocker", null)]
    [InlineData("The answer is Ｂ", "B")]
    [InlineData("It is not A. It is B.", "B")]
    [InlineData("The answer isn't A; it's B", "B")]
    [InlineData("The answer is not A but C", "C")]
    [InlineData("The answer is B, not A.", "B")]
    [InlineData("Answer: A or B", null)]
    [InlineData("Answer: (A) and (B)", null)]
    [InlineData("Neither A nor B is correct", null)]
    [InlineData("Vitamin A is fat soluble", null)]
    [InlineData("It is caused by hepatitis B", null)]
    [InlineData("These are B cells", null)]
    public void A_letter_is_read_from_free_words(string output, string? letter) => Check("letter", output, letter);

    [Theory]
    [InlineData("thinking... answer: a or so\nANSWER: C", "C")]
    [InlineData("Answer: $B$", "B")]
    [InlineData("**Answer:** D", "D")]
    [InlineData("answer:d", "D")]
    [InlineData("ANSWER: \\boxed{B}", "B")]
    [InlineData("ANSWER: $\\boxed{\\text{(C)}}$", "C")]
    [InlineData("答案: A", "A")]
    [InlineData("答案：$D", "D")]
    [InlineData("ANSWER: Aspirin", null)]
    [InlineData("The answer is C", null)]
    public void The_last_answer_line_has_the_letter(string output, string? letter) =>
        Check("answer_letter", output, letter);

    /// <summary>Outputs with what OpenCompass's own function gives for them.</summary>
    [Theory]
    [InlineData("答案是B", "B")]
    [InlineData("答案：C", "C")]
    [InlineData("选A", "A")]
    [InlineData("所以答D", "D")]
    [InlineData("B是正确的", "B")]
    [InlineData("因此C。", "C")]
    [InlineData("显然 D", "D")]
    [InlineData("ANSWER: C", "C")]
    [InlineData("The answer is (B) since A is not", "B")]
    [InlineData("The correct answer is $\\boxed{D}$", "D")]
    [InlineData("The answer to the question is C", "C")]
    [InlineData("B. Aspirin", "B")]
    [InlineData("C", "C")]
    [InlineData("Both A and B", "B")]
    [InlineData("It must be D: nothing else fits.", "D")]
    [InlineData("none of them", null)]
    [InlineData("Cats and Dogs", "C")]
    [InlineData("\n\nANSWER: B\n", "B")]
    public void The_first_option_is_found_by_the_patterns_in_their_order(string output, string? letter) =>
        Check("first_option", output, letter);

    [Fact]
    public void Letters_of_options_are_an_argument()
    {
        Assert.Equal("E", AnswerRules.Named("first_option:ABCDE").Judge("ANSWER: E", ["E"]).Extracted);
        Assert.Null(AnswerRules.Named("answer_letter").Judge("ANSWER: E", ["E"]).Extracted);
        Assert.True(AnswerRules.Named("letter:ABCDEF").Judge("F) six", ["F"]).IsRight);

        // Of ten letters one is a word, too.
        Assert.Equal("B", AnswerRules.Named("letter:ABCDEFGHIJ").Judge("I think it's B", ["B"]).Extracted);
        Assert.Equal("I", AnswerRules.Named("letter:ABCDEFGHIJ").Judge("It must be I.", ["I"]).Extracted);
        Assert.Null(AnswerRules.Named("letter:ABCDEFGHIJ").Judge("I do not know", ["I"]).Extracted);
    }

    [Theory]
    [InlineData("  b C", "C")]
    [InlineData("éÉ", "É")]
    [InlineData("the", null)]
    public void The_first_capital_is_the_answer(string output, string? letter) =>
        Check("first_capital", output, letter);

    [Theory]
    [InlineData("Yes, it does.", "yes")]
    [InlineData("The answer is: maybe", "maybe")]
    [InlineData("There is no evidence, so I say the answer is yes.", "yes")]
    [InlineData("It is, maybe.", "maybe")]
    [InlineData("yes and no", "yes")]
    [InlineData("It could be yes or no", null)]
    [InlineData("Notably", null)]
    [InlineData("The answer to this question is yes, not no", "yes")]
    public void Yes_no_or_maybe_is_found(string output, string? word) => Check("yes_no_maybe", output, word);

    [Theory]
    [InlineData("So the answer is (B).", "(B)", true)]
    [InlineData("So the answer is B", "(B)", true)]
    [InlineData("So the answer is (B) 05/01/2021.", "(B)", true)]
    [InlineData("So the answer is (C).", "(B)", false)]
    [InlineData("the answer is **False**.\n\nQ: Is it?\nSo the answer is True.", "False", true)]
    [InlineData("the answer is False. So the answer is True.", "True", false)]
    [InlineData("so the answer is oak elm", "elm oak", false)]
    [InlineData("True", "True", false)]
    public void The_rest_of_the_line_after_the_answer_is_counts(string output, string expected, bool right) =>
        Assert.Equal(right, AnswerRules.Named("answer_is").Judge(output, [expected]).IsRight);

    [Theory]
    [InlineData("gsm8k_strict", "6 * 7 = 42\n#### 42", "42", true)]
    [InlineData("gsm8k_strict", "So 42.", null, false)]
    [InlineData("gsm8k_strict", "#### 1,042.", "1,042.", false)]
    [InlineData("gsm8k_strict", "#### -42", "-42", false)]
    [InlineData("gsm8k_strict", "#### 42\n#### 43", "42", true)]
    [InlineData("gsm8k_flexible", "I had 7, now $42.", "$42.", true)]
    [InlineData("gsm8k_flexible", "It is 42 or 7", "7", false)]
    [InlineData("gsm8k_flexible", "none", null, false)]
    [InlineData("gsm8k_cot", "The answer is 42. The answer is 7.", "42.", true)]
    [InlineData("gsm8k_cot", "The answer is $42.", null, false)]
    [InlineData("gsm8k_cot", "the answer is 42.", null, false)]
    [InlineData("gsm8k_opencompass", "It is 42.0\nQuestion: 3", "42.0", true)]
    [InlineData("gsm8k_opencompass", "It is 42.0000001", "42.0000001", true)]
    [InlineData("gsm8k_opencompass", "It is 42.001", "42.001", false)]
    [InlineData("gsm8k_opencompass", "It is 10,042", "042", true)]
    public void Numbers_of_gsm8k_are_read_as_each_harness_does(string rule, string output, string? number, bool right)
    {
        Assert.Equal(new Verdict(right, number), AnswerRules.Named(rule).Judge(output, ["42"]));
        Assert.Equal(right, AnswerRules.Named(rule).Judge(output, ["6 * 7 = 42\n#### 42"]).IsRight);
    }

    /// <summary>Each reference answer is right by the rules that read its form.</summary>
    [Fact]
    public void Reference_answers_of_gsm8k_extract_to_themselves()
    {
        string[] rules = ["gsm8k_strict", "gsm8k_flexible"];
        int count = 0;
        foreach (string line in File.ReadLines(Shared.FilePath("data", "gsm8k", "test.jsonl")))
        {
            string answer = JsonDocument.Parse(line).RootElement.GetProperty("answer").GetString()!;
            string number = answer[(answer.LastIndexOf("#### ", StringComparison.Ordinal) + 5)..];
            Assert.All(rules, r => Assert.True(AnswerRules.Named(r).Judge(answer, [number]).IsRight, answer));
            string said = $"The answer is {number}. ";
            Assert.True(AnswerRules.Named("gsm8k_cot").Judge(said, [answer]).IsRight, answer);
            Assert.True(AnswerRules.Named("gsm8k_opencompass").Judge(said.Replace(",", ""), [answer]).IsRight, answer);
            count++;
        }

        Assert.Equal(1319, count);
    }

    [Theory]
    [InlineData("So $\\boxed{073}$.", "73", true)]
    [InlineData("\\boxed{70} then \\boxed{73}", "73", true)]
    [InlineData("We get $x=73$", "73", true)]
    [InlineData("$73$ and then $74$", "73", false)]
    [InlineData("73", "73", true)]
    [InlineData("\\boxed{72}", "73", false)]
    [InlineData("\\boxed{7 3}", "73", true)]
    [InlineData("\\boxed{\\frac12}", "\\frac{1}{2}", true)]
    [InlineData("\\boxed{\\sqrt3}", "\\sqrt{3}", true)]
    [InlineData("\\boxed{1/2}", "0.5", true)]
    public void Answers_of_aime_are_texts_in_their_normal_form(string output, string expected, bool right) =>
        Assert.Equal(right, AnswerRules.Named("aime").Judge(output, [expected]).IsRight);

    [Theory]
    [InlineData("Final Answer: The final answer is $\\frac12$. I hope it is correct.", "\\frac{1}{2}", true)]
    [InlineData("Final Answer: The final answer is $x=10,000\\text{ cm}$. I hope it is correct.", "10000", true)]
    [InlineData("Final Answer: The final answer is $0.5$. I hope it is correct.", "\\boxed{\\frac{1}{2}}", true)]
    [InlineData("The answer is $\\frac12$.", "\\frac{1}{2}", false)]
    [InlineData("Final Answer: The final answer is $3$. I hope it is correct.", "4", false)]
    public void Minervas_final_answer_is_normalised(string output, string expected, bool right) =>
        Assert.Equal(right, AnswerRules.Named("minerva_math").Judge(output, [expected]).IsRight);

    [Theory]
    [InlineData("math_valeu", "Did you mean \"math_value\"?")]
    [InlineData("nothing like it", "expected one of exact_match, letter")]
    [InlineData("aime:3", "expected no argument, got \"3\"")]
    [InlineData("letter:", "expected an argument after the colon")]
    [InlineData("letter:AB3", "expected different capital letters such as ABCDE, got \"AB3\"")]
    public void What_is_no_rule_is_named(string name, string says) =>
        Assert.Contains(says, Assert.Throws<UserException>(() => AnswerRules.Named(name)).Message);

    [Fact]
    public void No_text_is_an_error_or_right_by_itself()
    {
        string[] texts =
            ["", " ", "\n", "\\boxed{", "$", "$$", "答案", "(", "\\", "####", "The answer is ", "\ud800", "\0"];
        foreach (string name in AnswerRules.Names)
        {
            foreach (string text in texts)
                Assert.False(AnswerRules.Named(name).Judge(text, ["73"]).IsRight, $"{name}: {text}");
        }
    }

    private static void Check(string rule, string output, string? extracted)
    {
        Assert.Equal(extracted, AnswerRules.Named(rule).Judge(output, ["A"]).Extracted);
        if (extracted is null)
            return;
        Assert.True(AnswerRules.Named(rule).Judge(output, ["other", extracted]).IsRight);
        Assert.False(AnswerRules.Named(rule).Judge(output, ["Z"]).IsRight);
    }
}
