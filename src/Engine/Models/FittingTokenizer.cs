using MolEngine.Basics;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Engine.Models;

/// <summary>The tokenizer of a model folder.</summary>
public static class FittingTokenizer
{
    /// <exception cref="UserException">The tokenizer has ids that the model's embedding does not.</exception>
    public static Tokenizer Load(string folder, ModelConfig config)
    {
        Tokenizer tokenizer = Tokenizer.Load(folder);
        return tokenizer.VocabularySize <= config.VocabSize
            ? tokenizer
            : throw new UserException(
                $"{folder}: vocab_size: expected at least the tokenizer's {tokenizer.VocabularySize}, got "
                + $"{config.VocabSize}. Use the tokenizer that belongs to the model.");
    }
}
