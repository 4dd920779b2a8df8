using MolEngine.Kernels.Tensors;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Elementwise;

public abstract class EmbeddingTests(TestBackend backend) : BackendSuite(backend)
{
    private const int Vocabulary = 23;

    public static TheoryData<int, bool> Sizes
    {
        get
        {
            var data = new TheoryData<int, bool>();
            foreach (int hidden in (int[])[1, 15, 17, 63, 64, 576])
            {
                data.Add(hidden, false);
                data.Add(hidden, true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Forward_takes_the_rows(int hidden, bool bf16)
    {
        int[] ids = Ids(41);
        (Tensor weight, double[] w) = MakeWeight(
            "embed_tokens", bf16, Normal(1, Vocabulary * hidden), Vocabulary, hidden);
        Tensor y = Empty("y", ids.Length, hidden);
        Backend.Embedding(Make("ids", DType.I32, ids, ids.Length), weight, y);
        float[] expected = [.. ids.SelectMany(id => Enumerable.Range(id * hidden, hidden).Select(i => (float)w[i]))];
        AssertSameBits(expected, Values(y));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(63)]
    [InlineData(576)]
    public void Backward_adds_onto_what_is_there(int hidden)
    {
        int[] ids = Ids(50);
        float[] dy = Normal(2, ids.Length * hidden), start = Normal(3, Vocabulary * hidden);
        double[] truth = Widen(start);
        for (int i = 0; i < dy.Length; i++)
            truth[ids[i / hidden] * hidden + i % hidden] += dy[i];
        Tensor dWeight = Make("grad", start, Vocabulary, hidden);
        Backend.EmbeddingBackward(Make("dy", dy, ids.Length, hidden), Make("ids", DType.I32, ids, ids.Length), dWeight);
        Compare.AssertRelativeL2("dWeight", Values(dWeight), truth, 3e-7);
    }

    /// <summary>More tokens than threads sort at a time, ids of every number of digits, some of them often.</summary>
    [Theory]
    [InlineData(1, 70)]
    [InlineData(700, 2500)]
    [InlineData(300_000, 2500)]
    public void Backward_of_any_vocabulary_adds_in_token_order(int vocabulary, int tokens)
    {
        const int hidden = 4;
        var random = new Random(vocabulary);
        int[] ids = [.. Enumerable.Range(0, tokens).Select(t => t % 3 == 0 ? vocabulary - 1 : random.Next(vocabulary))];
        float[] dy = Normal(5, tokens * hidden), expected = new float[vocabulary * hidden];
        for (int i = 0; i < dy.Length; i++)
            expected[(ids[i / hidden] * hidden) + (i % hidden)] += dy[i];
        Tensor dWeight = Empty("grad", vocabulary, hidden);
        Backend.EmbeddingBackward(Make("dy", dy, tokens, hidden), Make("ids", DType.I32, ids, tokens), dWeight);
        AssertSameBits(expected, Values(dWeight));
    }

    [Fact]
    public void Backward_is_the_same_to_the_bit_for_any_split_and_variant()
    {
        const int hidden = 131, tokens = 60;
        int[] id = Ids(tokens);
        float[] gradient = Normal(4, tokens * hidden);
        Tensor whole = Empty("whole", Vocabulary, hidden);
        Backend.EmbeddingBackward(
            Make("dy", gradient, tokens, hidden), Make("ids", DType.I32, id, tokens), whole);
        foreach (int variant in (int[])[1, 2, 5])
        {
            using Bench other = Variant(variant);
            Tensor split = other.Empty("split", Vocabulary, hidden), dy = other.Make("dy", gradient, tokens, hidden),
                ids = other.Make<int>("ids", DType.I32, id, tokens);
            for (int start = 0; start < tokens; start += 15)
                other.Backend.EmbeddingBackward(dy.Slice(start, 15), ids.Slice(start, 15), split);
            AssertSameBits(Values(whole), other.Values(split));
        }
    }

    /// <summary>A device tells when it is waited for, and does not know the table's name.</summary>
    [Theory]
    [InlineData(-1)]
    [InlineData(Vocabulary)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void An_id_out_of_range_is_named(int id)
    {
        int[] ids = Ids(10);
        ids[7] = id;
        Tensor tensor = Make("input_ids", DType.I32, ids, 10), weight = Empty("embed_tokens", Vocabulary, 4),
            y = Make("y", Normal(6, 40), 10, 4);
        string backward = Refusal(() => Backend.EmbeddingBackward(y, tensor, weight));
        Assert.All(Values(weight), v => Assert.Equal(0f, v));
        string forward = Refusal(() => Backend.Embedding(tensor, weight, y));
        Assert.All((string[])[forward, backward], m =>
        {
            Assert.Contains("token 7: expected an id from 0 to 22", m);
            Assert.Contains($"got {id}. Check that tokenizer and model belong together", m);
        });

        // Once told, it is over.
        Tensor good = Make("ids", DType.I32, Ids(10), 10);
        Backend.EmbeddingBackward(Make("dy", Normal(6, 40), 10, 4), good, weight);
        Backend.Synchronize();
        Assert.Contains(Values(weight), v => v != 0);
    }

    [Fact]
    public void Misuse_is_named()
    {
        Tensor ids = Make("ids", DType.I32, new int[3], 3), weight = Empty("weight", Vocabulary, 8),
            y = Empty("y", 3, 8);
        Assert.Contains(
            "expected shape [3, 8], got [3, 7]", Refusal(() => Backend.Embedding(ids, weight, Empty("y", 3, 7))));
        Assert.Contains("expected shape [2]", Refusal(() => Backend.Embedding(ids, weight, Empty("y", 2, 8))));
        Assert.Contains("expected 2 dimensions", Refusal(() => Backend.Embedding(ids, weight, Empty("y", 24))));
        Tensor bf16 = MakeWeight("weight", true, new float[Vocabulary * 8], Vocabulary, 8).Tensor;
        Assert.Contains("expected F32, got BF16", Refusal(() => Backend.EmbeddingBackward(y, ids, bf16)));
        Assert.Contains(
            "expected I32, got F32", Refusal(() => Backend.Embedding(Make("x", new float[3], 3), weight, y)));
    }

    private static int[] Ids(int count)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(Vocabulary))];
    }
}

public sealed class ScalarEmbeddingTests() : EmbeddingTests(TestBackend.Scalar);

public sealed class Vector256EmbeddingTests() : EmbeddingTests(TestBackend.Vector256);

public sealed class Vector512EmbeddingTests() : EmbeddingTests(TestBackend.Vector512);

public sealed class VirtualF32EmbeddingTests() : EmbeddingTests(TestBackend.VirtualF32);

public sealed class VirtualBf16EmbeddingTests() : EmbeddingTests(TestBackend.VirtualBf16);
