using FsCheck;
using MolEngine.Data.Synthesis;
using MolEngine.Support;

namespace MolEngine.Data.Tests.Synthesis;

public sealed class NearDuplicatesTests
{
    private const string Question = "How do I get red wine out of a white table cloth without washing it at once?";

    [Theory]
    [InlineData(Question, true)]
    [InlineData("how do I get RED wine out of a white table-cloth, without washing it at once", true)]
    [InlineData("How do I get red wine out of a white table cloth without washing it now?", true)]
    [InlineData("How do I get candle wax out of a wool carpet without a hot iron?", false)]
    [InlineData("What is the capital of France?", false)]
    [InlineData("", false)]
    public void What_says_the_same_is_known(string text, bool known)
    {
        var texts = new NearDuplicates();
        Assert.True(texts.Add(Question));
        Assert.Equal(known, texts.Contains(text));
        Assert.Equal(!known, texts.Add(text));
        Assert.True(texts.Contains(text));
    }

    /// <summary>MinHash of 128 values: three standard deviations of its estimate are 0.14 at most.</summary>
    [Fact]
    public void Similarity_is_that_of_the_runs_of_five_characters()
    {
        string one = string.Concat(Enumerable.Range(0, 400).Select(i => (char)('a' + (i * i % 23))));
        for (int shared = 0; shared <= 400; shared += 80)
        {
            string other = one[..shared] + string.Concat(
                Enumerable.Range(0, 400 - shared).Select(i => (char)('0' + (i * i * 7 % 10))));
            double truth = Jaccard(one, other);
            Assert.InRange(NearDuplicates.Similarity(one, other), truth - 0.14, truth + 0.14);
        }
    }

    [Property(MaxTest = 100)]
    public void A_text_is_known_once_it_was_added_and_others_change_nothing(NonEmptyArray<NonNull<string>> texts)
    {
        var known = new NearDuplicates();
        foreach (NonNull<string> text in texts.Get)
        {
            bool before = known.Contains(text.Get);
            Assert.Equal(!before, known.Add(text.Get));
        }

        Assert.All(texts.Get, t => Assert.True(known.Contains(t.Get)));
    }

    private static double Jaccard(string one, string other)
    {
        static HashSet<string> Runs(string text) =>
            [.. Enumerable.Range(0, text.Length - 4).Select(i => text.Substring(i, 5))];
        HashSet<string> a = Runs(one), b = Runs(other);
        return (double)a.Intersect(b).Count() / a.Union(b).Count();
    }
}
