using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MolEngine.Evaluation.Answers;
using MolEngine.Evaluation.Answers.Maths;
using MolEngine.Support;

namespace MolEngine.Evaluation.Tests.Answers.Maths;

/// <summary>What a model may write instead of an answer, and laws that hold for any.</summary>
public sealed class MathLimitsTests
{
    private static readonly IAnswerRule Rule = AnswerRules.Named("math_value");

    /// <summary>Inputs that are long, deep or huge: each has a verdict, and the process its stack.</summary>
    [Fact]
    public void No_answer_hangs_or_fills_the_stack()
    {
        string[] answers =
        [
            Repeated("(", 400) + "1" + Repeated(")", 400), Repeated("{", 5_000), Repeated(@"\frac{1}{", 300),
            Repeated(@"\sqrt", 150), Repeated("-", 900) + "1", Repeated("+", 900) + "1", Repeated("1+", 450) + "1",
            Repeated("x^", 300) + "2", "2^{2^{2^{2^{2^{2^2}}}}}", "9^{9^{9^9}}", "10^{1000000000}",
            "(-1)^{0.5^{99999}}", "99999999!", "5000!", "((((5!)!)!)!)!", @"\binom{5000}{2500}", @"\sin(10^{300})",
            @"\ln 0", "1/0", "0^0", "0^{-1}", @"\log_1 5", Repeated("1,", 450) + "1", Repeated(@"1 \pm ", 60) + "1",
            Repeated("[1,2] \\cup ", 80) + "[3,4]", Repeated(@"\begin{pmatrix} 1 & 2 \\ ", 40), new string('9', 990),
            $"0.{new string('3', 990)}", $@"\sqrt[{new string('9', 300)}]{{2}}", "e^{e^{e^{e^{e^e}}}}",
            @"\tan \frac{\pi}{2}", Repeated(@"\sin ", 60) + "x", Repeated("a", 990), Repeated(@"\text{", 150),
            Repeated("$", 999), Repeated(" ", 100_000) + "5", Repeated("(1+\\sqrt{2})^{99}", 55),
            "x_{" + Repeated("1", 900), Repeated("|", 900), Repeated("(x+1)^{9999}", 80),
        ];
        foreach (string answer in answers)
        {
            Assert.False(Rule.Judge($@"\boxed{{{answer}}}", ["73"]).IsRight);
            Assert.False(Rule.Judge(answer + " is the final answer is " + answer, ["73"]).IsRight);
            _ = MathAnswer.AreEqual(answer, answer + " ");
        }

        _ = Rule.Judge(string.Concat(Enumerable.Repeat(@"so $x$ is \boxed{", 20_000)), ["73"]);
        _ = Rule.Judge(string.Concat(Enumerable.Repeat("the answer is $ and ", 20_000)), ["73"]);
    }

    [Fact]
    public void Huge_numbers_are_told_apart_where_they_can_be()
    {
        Assert.True(MathAnswer.AreEqual("2^{100000}", "4^{50000}"));
        Assert.False(MathAnswer.AreEqual("2^{100000}", "4^{50001}"));
        Assert.True(MathAnswer.AreEqual(@"\sqrt{2^{100001}}", @"2^{50000}\sqrt{2}"));
        Assert.False(MathAnswer.AreEqual("0.00000000000000000000000000000000000000000001", "0"));
    }

    /// <summary>A fraction is itself as a decimal number, a mixed number, with units, and no other fraction.</summary>
    [Fact]
    public void A_fraction_has_one_value_and_many_spellings()
    {
        Gen<int> number = Gen.Choose(-300, 300);
        Prop.ForAll(Gen.Zip(number, Gen.Choose(1, 60)).ToArbitrary(), pair =>
        {
            (int top, int bottom) = pair;
            string plain = $@"\frac{{{top}}}{{{bottom}}}";
            string[] same =
            [
                $"{top}/{bottom}", $@"\dfrac{{{2 * top}}}{{{2 * bottom}}}", $@"{top} \div {bottom}",
                $"({top})/({bottom})", $@"{plain}\text{{ cm}}", $"x = {plain}", $"{100 * top}/{bottom} %",
                $@"{top} \cdot {bottom}^{{-1}}",
            ];
            Assert.All(same, s => Assert.True(MathAnswer.AreEqual(plain, s), s));
            Assert.False(MathAnswer.AreEqual(plain, $@"\frac{{{top + 1}}}{{{bottom}}}"));
            Assert.Equal(top == 0, MathAnswer.AreEqual(plain, $@"-\frac{{{top}}}{{{bottom}}}"));
        }).CheckAlways();
    }

    /// <summary>Whatever stands beside whatever, there is a verdict.</summary>
    [Fact]
    public void No_text_is_an_error()
    {
        Gen<string> part = Gen.Elements(
            "[", "]", "(", ")", "{", "}", @"\{", @"\}", ",", ";", "=", "<", @"\le ", @"\in ", @"\cup ", "1", "-", "+",
            "/", "^", "_", "x", "!", "%", "|", "&", @"\", @"\frac", @"\sqrt", @"\text{", @"\pm ", @"\begin{pmatrix}",
            @"\end{pmatrix}", ".", ":", " ", "$", "°", "cm", "apples", @"\boxed{", "answer is ");
        Prop.ForAll(Gen.ListOf(part, 8).ToArbitrary(), parts =>
        {
            string text = string.Concat(parts);
            _ = Rule.Judge(text, ["73"]);
            Assert.True(MathAnswer.AreEqual(text, text), text);
        }).CheckAlways();
    }

    /// <summary>A product of linear factors is its expansion, and not that of another root.</summary>
    [Fact]
    public void A_polynomial_is_its_expansion()
    {
        Gen<int> root = Gen.Choose(-9, 9);
        Prop.ForAll(Gen.Zip(root, root).ToArbitrary(), pair =>
        {
            (int a, int b) = pair;
            string product = $"(x{Signed(-a)})(x{Signed(-b)})";
            Assert.True(MathAnswer.AreEqual(product, $"x^2{Signed(-(a + b))}x{Signed(a * b)}"));
            Assert.False(MathAnswer.AreEqual(product, $"x^2{Signed(-(a + b))}x{Signed((a * b) + 1)}"));
            Assert.True(MathAnswer.AreEqual($"{product} = 0", $"3x^2{Signed(-3 * (a + b))}x{Signed(3 * a * b)} = 0"));
        }).CheckAlways();
    }

    /// <summary>Functions in 256 bits agree with those of the processor in 50 of them.</summary>
    [Fact]
    public void Functions_have_their_values()
    {
        (string Text, double Value)[] known =
        [
            (@"\sin 2", Math.Sin(2)), (@"\cos(-3)", Math.Cos(3)), (@"\tan 100", Math.Tan(100)),
            (@"\ln 10", Math.Log(10)), (@"\log_3 7", Math.Log(7, 3)), (@"\arctan 3", Math.Atan(3)),
            (@"\arcsin 0.3", Math.Asin(0.3)), (@"\arccos(-0.3)", Math.Acos(-0.3)), ("e^{1.5}", Math.Exp(1.5)),
            (@"\sqrt[5]{17}", Math.Pow(17, 0.2)), (@"\sinh 1", Math.Sinh(1)), (@"\sec 1", 1 / Math.Cos(1)),
            ("2^{0.3}", Math.Pow(2, 0.3)), (@"\pi", Math.PI), (@"\exp(-2)", Math.Exp(-2)), (@"\log 5", Math.Log10(5)),
            (@"\cos 1000000", Math.Cos(1e6)),
        ];
        foreach ((string text, double value) in known)
        {
            ComplexValue found = new MathEvaluator(_ => Rational.One, plus: true).Value(MathParser.Parse(text));
            Assert.True(Math.Abs(found.Re.ToDouble() - value) < 1e-13 * Math.Max(1, Math.Abs(value)), text);
            Assert.True(found.IsReal);
        }

        // The digits beyond a double's, of π and of the square root of 2.
        Assert.True(MathAnswer.AreEqual(@"\pi", "3.14159265358979323846264338327950288419716939937510"));
        var evaluator = new MathEvaluator(_ => Rational.One, plus: true);
        BigReal apart = evaluator.Value(MathParser.Parse(@"\sin^2 1 + \cos^2 1 - 1")).Re;
        Assert.True(apart.Magnitude < -240);
        BigReal root = evaluator.Value(MathParser.Parse(@"e^{\ln 2 / 2} - \sqrt{2}")).Re;
        Assert.True(root.Magnitude < -240);
    }

    private static string Signed(int value) => value.ToString("+0;-0;+0", CultureInfo.InvariantCulture);

    private static string Repeated(string part, int times) =>
        new StringBuilder().Insert(0, part, times).ToString();
}
