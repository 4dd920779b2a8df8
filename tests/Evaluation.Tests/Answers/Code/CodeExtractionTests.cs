using MolEngine.Evaluation.Answers.Code;

namespace MolEngine.Evaluation.Tests.Answers.Code;

public sealed class CodeExtractionTests
{
    [Theory]
    [InlineData("until_fence", "    return 1\n```\nThat is it.", "    return 1\n")]
    [InlineData("until_fence", "    return 1\n", "    return 1\n")]
    [InlineData("first_block", "Here:\n```python\ndef f(): pass\n```\nor\n```\nx\n```", "def f(): pass\n")]
    [InlineData("first_block", "    return 1", "    return 1")]
    [InlineData("first_block", "```python\nnot closed", "```python\nnot closed")]
    [InlineData("begin_done", "[BEGIN]\n'def f(): pass'\n[DONE]", "def f(): pass")]
    [InlineData("begin_done", "[BEGIN]\ndef f(): pass\n[DONE]\n[BEGIN] x [DONE]", "def f(): pass")]
    [InlineData("begin_done", "BEGIN\ndef f(): pass\nDONE", "def f(): pass")]
    [InlineData("begin_done", "Sure.\n```python\ndef f(): pass\n```\nIt works.", "def f(): pass")]
    [InlineData("begin_done", "```\ndef f(): pass\n```", "def f(): pass")]
    [InlineData("begin_done", "```python\ndef f():\n    pass", "def f():\n    pass")]
    [InlineData("begin_done", "def f(): pass\n```\nmore", "more")]
    [InlineData("begin_done", "[BEGIN]def f(): pass", "def f(): pass")]
    [InlineData("begin_done", "'def f(): pass'\n[DONE]", "def f(): pass")]
    [InlineData("begin_done", "def is\\_odd(): pass", "def is_odd(): pass")]
    [InlineData("begin_done", "def f(): pass\n[DONE]\nmore", "def f(): pass")]
    public void Code_is_taken_as_the_harness_takes_it(string rule, string output, string code) =>
        Assert.Equal(code, CodeExtractions.Named(rule).Extract(output));

    [Fact]
    public void What_is_no_rule_is_named() => Assert.Contains(
        "Did you mean \"first_block\"?",
        Assert.Throws<UserException>(() => CodeExtractions.Named("first_blok")).Message);
}
