using MolEngine.Evaluation.Tasks.Prompts;

namespace MolEngine.Evaluation.Tests.Tasks;

/// <summary>Against CPython 3: <c>random.Random(seed).sample(range(population), count)</c>.</summary>
public sealed class PythonRandomTests
{
    [Fact]
    public void Samples_are_those_of_Python()
    {
        var large = new PythonRandom(1234);
        Assert.Equal([6374, 3610, 957, 61, 742], large.Sample(7473, 5));
        Assert.Equal([7462, 6610, 4769, 286, 5501], large.Sample(7473, 5));

        // From a pool, from a pool that grows with the count, from a set.
        var small = new PythonRandom(1234);
        Assert.Equal([14, 3, 0], small.Sample(20, 3));
        Assert.Equal([2, 25, 18, 1, 21, 22, 29, 3], small.Sample(30, 8));
        Assert.Equal([98, 45, 30, 2, 3, 44, 82, 79], small.Sample(100, 8));
    }

    [Fact]
    public void The_state_is_made_anew_after_its_624_words()
    {
        var random = new PythonRandom(0);
        int[] last = [];
        for (int i = 0; i < 700; i++)
            last = random.Sample(1000, 1);
        Assert.Equal([Expected700], last);
    }

    // random.Random(0), the 700th of sample(range(1000), 1).
    private const int Expected700 = 151;
}
