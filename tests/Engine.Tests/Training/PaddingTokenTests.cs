using MolEngine.Engine.Batches;
using MolEngine.Engine.Losses;
using MolEngine.Engine.Training;

namespace MolEngine.Engine.Tests.Training;

/// <summary>A token that a config names as padding learns like any other where it occurs.</summary>
public sealed class PaddingTokenTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Its_embedding_has_the_gradient_of_the_loss(bool tied)
    {
        string json = TinyModel.Json("qwen3", tied);
        float[] plain = EmbeddingGradient(json);
        float[] padded = EmbeddingGradient(json.Replace("\"eos_token_id\": 2", "\"eos_token_id\": 2, \"pad_token_id\": 2"));
        Assert.Equal(plain, padded);
        Assert.Contains(padded.AsSpan(2 * 40, 40).ToArray(), g => Math.Abs(g) > 1e-6f);
    }

    private static float[] EmbeddingGradient(string json)
    {
        using TinyModel model = TinyModel.Of(json);
        Student student = model.Full();
        // The end token twice: between two turns, and as the last of the document.
        TokenRow[] rows = [TokenRow.Single(new[] { 5, 9, 2, 30, 31, 32, 2 })];
        model.Accumulate(student, rows, new LossOptions(LossKind.Ce), 1);
        return TinyModel.Gradients(student)["model.embed_tokens.weight"];
    }
}
