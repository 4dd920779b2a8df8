using MolEngine.Evaluation.Answers.Maths;

namespace MolEngine.Evaluation.Tests.Answers.Maths;

public sealed class MathExtractionTests
{
    [Theory]
    [InlineData(@"First $\boxed{3}$. No: $\boxed{\frac{1}{2}}$, since $x = 7$.", @"\frac{1}{2}")]
    [InlineData(@"$\boxed{1}$ and $\boxed{-2}$", "1, -2")]
    [InlineData(@"\boxed{a}, \boxed{b} and $\boxed{c}$.", "a, b, c")]
    [InlineData(@"\boxed{1}. Then much later \boxed{2}", "2")]
    [InlineData(@"\boxed{\text{(C)}}", @"\text{(C)}")]
    [InlineData(@"\boxed{\begin{pmatrix} 1 \\ 2 \end{pmatrix}}", @"\begin{pmatrix} 1 \\ 2 \end{pmatrix}")]
    [InlineData(@"\boxed {5}", "5")]
    [InlineData(@"\fbox{5}", "5")]
    [InlineData(@"$\boxed 5$", "5")]
    [InlineData(@"\boxed{\{1,2\}}", @"\{1,2\}")]
    [InlineData(@"\boxed{12", "12")]
    [InlineData(@"The final answer is $[2,5)$. I hope it is correct. $7$", "[2,5)")]
    [InlineData("Final answer: 42", "42")]
    [InlineData("The final answer to this question is 42. Really.", "42")]
    [InlineData("So the answer is $5$ or $-5$. Check: $25$.", "5, -5")]
    [InlineData("Thus the answer is 3.5 meters. We used $v t$.", "3.5 meters")]
    [InlineData("**Answer:** $\\sqrt{2}$", "\\sqrt{2}")]
    [InlineData("We have $x = 3$, then $$y = 4$$", "y = 4")]
    [InlineData(@"We have \(x\) and \[y = 4\]", "y = 4")]
    [InlineData("It costs \\$5 or $6$", "6")]
    [InlineData("There are 1,234 of 5 kinds", "5")]
    [InlineData("There are 1,234", "1,234")]
    [InlineData("about -0.5 or 3/4", "3/4")]
    [InlineData("The answer is 42 because 40 + 2 = 42, not 43.", "42")]
    [InlineData("The answer is 7, not 8.", "7")]
    [InlineData("The answer is not defined", "not defined")]
    [InlineData("The area is 5 cm^2.", "5")]
    [InlineData("It holds 5 cm^{3}.", "5")]
    [InlineData(@"The probability is \frac{3}{5}.", @"\frac{3}{5}")]
    [InlineData(@"Its length is 2\sqrt{3}.", @"2\sqrt{3}")]
    [InlineData("nothing at all", null)]
    public void The_answer_is_taken_from_where_it_is_said_most_clearly(string output, string? answer) =>
        Assert.Equal(answer, MathExtraction.Answer(output));
}
