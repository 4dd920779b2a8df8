using MolEngine.Engine.Files;
using MolEngine.Engine.Models;
using MolEngine.Trainer.Checkpoints;

namespace MolEngine.Trainer.Training;

/// <summary>Whether two folders hold checkpoints of one model: the same mathematics over the same tokens.</summary>
internal static class SameModel
{
    /// <summary>What tells the second from the first, as the end of a sentence; null where nothing does.</summary>
    /// <exception cref="ModelFileException">A config cannot be read.</exception>
    public static string? Difference(string model, string other)
    {
        ModelConfig a = ModelConfig.Load(model), b = ModelConfig.Load(other);
        (string Name, object A, object B)[] facts =
        [
            ("architecture", a.Architecture, b.Architecture),
            ("vocab_size", a.VocabSize, b.VocabSize),
            ("hidden_size", a.HiddenSize, b.HiddenSize),
            ("intermediate_size", a.IntermediateSize, b.IntermediateSize),
            ("num_hidden_layers", a.NumLayers, b.NumLayers),
            ("num_attention_heads", a.NumHeads, b.NumHeads),
            ("num_key_value_heads", a.NumKvHeads, b.NumKvHeads),
            ("head_dim", a.HeadDim, b.HeadDim),
            ("rms_norm_eps", a.RmsNormEps, b.RmsNormEps),
            ("the rotary embedding", a.Rope, b.Rope),
            ("tie_word_embeddings", a.TieWordEmbeddings, b.TieWordEmbeddings),
        ];
        foreach ((string name, object mine, object theirs) in facts)
        {
            if (!mine.Equals(theirs))
                return $"one of another {name} ({theirs}, not {mine})";
        }

        const string Tokenizer = "tokenizer.json";
        return Digests.OfFile(Path.Combine(model, Tokenizer)) == Digests.OfFile(Path.Combine(other, Tokenizer))
            ? null : $"one with another {Tokenizer}";
    }
}
