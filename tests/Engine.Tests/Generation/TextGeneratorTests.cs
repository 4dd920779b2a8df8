using MolEngine.Engine.Generation;
using MolEngine.Engine.Tests.Training;
using MolEngine.Engine.Training;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Tests.Generation;

public sealed class TextGeneratorTests : IDisposable
{
    private static readonly int[] Prompt = [17, 80, 33];
    private readonly TinyModel _model = new("qwen3");

    public void Dispose() => _model.Dispose();

    [Fact]
    public void The_length_ends_it_where_no_stop_id_comes()
    {
        var seen = new List<int>();
        (IReadOnlyList<int> ids, StopReason stop) = Generate(6, [], seen.Add);
        Assert.Equal((6, StopReason.Length), (ids.Count, stop));
        Assert.Equal(ids, seen);
        Assert.Equal(ids.Take(2), Generate(2, []).Ids);
        (ids, stop) = Generate(0, []);
        Assert.Empty(ids);
        Assert.Equal(StopReason.Length, stop);
    }

    [Fact]
    public void A_stop_id_is_the_last_of_the_ids()
    {
        IReadOnlyList<int> all = Generate(6, []).Ids;
        int end = all[3], first = all.ToList().IndexOf(end);
        var seen = new List<int>();
        (IReadOnlyList<int> ids, StopReason stop) = Generate(6, [end, 210], seen.Add);
        Assert.Equal(all.Take(first + 1), ids);
        Assert.Equal(ids, seen);
        Assert.Equal(StopReason.StopToken, stop);
        Assert.Equal(StopReason.StopToken, Generate(first + 1, [end]).Stop);
    }

    [Fact]
    public void A_cleared_decoder_begins_a_new_text()
    {
        IReadOnlyList<int> expected = Generate(6, []).Ids;
        using var decoder = new Decoder(_model.Ops, _model.Config, _model.Weights, Prompt.Length + 6);
        TextGenerator.Generate(decoder, new[] { 5, 99 }, 4, []);
        decoder.Clear();
        Assert.Equal(expected, TextGenerator.Generate(decoder, Prompt, 6, []).Ids);
    }

    [Fact]
    public void A_stream_has_the_same_ids_and_ends_with_the_room()
    {
        using var decoder = new Decoder(_model.Ops, _model.Config, _model.Weights, Prompt.Length + 3);
        Assert.Equal(Generate(4, []).Ids, TextGenerator.Stream(decoder, Prompt).Take(4));
        decoder.Clear();
        Assert.Throws<ArgumentException>(() => TextGenerator.Stream(decoder, Prompt).Take(5).ToList());
    }

    [Fact]
    public void Ties_go_to_the_lower_id()
    {
        int best = Generate(1, []).Ids[0];
        Assert.InRange(best, 1, _model.Config.VocabSize - 2);
        CopyHeadRow(best, _model.Config.VocabSize - 1);
        Assert.Equal(best, Generate(1, []).Ids[0]);
        CopyHeadRow(best, best - 1);
        Assert.Equal(best - 1, Generate(1, []).Ids[0]);
    }

    [Fact]
    public void A_logit_that_is_no_number_is_an_error()
    {
        Tensor head = _model.Weights.Head;
        head.Span<float>()[5 * head.Shape[1]] = float.NaN;
        Assert.Contains("logit of token 5: ", Assert.Throws<NonFiniteException>(() => Generate(1, [])).Message);
    }

    [Fact]
    public void An_empty_prompt_is_refused() =>
        Assert.Throws<ArgumentException>(() =>
        {
            using var decoder = new Decoder(_model.Ops, _model.Config, _model.Weights, 4);
            TextGenerator.Generate(decoder, Array.Empty<int>(), 1, []);
        });

    private (IReadOnlyList<int> Ids, StopReason Stop) Generate(
        int maxTokens, int[] stopIds, Action<int>? onToken = null)
    {
        using var decoder = new Decoder(_model.Ops, _model.Config, _model.Weights, Prompt.Length + maxTokens);
        return TextGenerator.Generate(decoder, Prompt, maxTokens, stopIds, onToken);
    }

    private void CopyHeadRow(int from, int to)
    {
        int width = _model.Weights.Head.Shape[1];
        Span<float> head = _model.Weights.Head.Span<float>();
        head.Slice(from * width, width).CopyTo(head[(to * width)..]);
    }
}
