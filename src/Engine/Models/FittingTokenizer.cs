using MolEngine.Basics;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Engine.Models;

/// <summary>The tokenizer of a model folder.</summary>
public static class FittingTokenizer
{
    /// <summary>
    /// Reads it. Added tokens beyond the model's embeddings, as of a tokenizer with a padding token that the model was
    /// not resized for, are refused where a text needs them.
    /// </summary>
    /// <exception cref="UserException">The vocabulary has ids that the model's embedding does not.</exception>
    public static Tokenizer Load(string folder, ModelConfig config)
    {
        Tokenizer tokenizer = Tokenizer.Load(folder);
        if (tokenizer.ModelVocabularySize > config.VocabSize)
        {
            throw new UserException(
                $"{folder}: vocab_size: expected at least the tokenizer's {tokenizer.ModelVocabularySize}, got "
                + $"{config.VocabSize}. Use the tokenizer that belongs to the model.");
        }

        return tokenizer.VocabularySize > config.VocabSize ? tokenizer.ForEmbeddings(config.VocabSize) : tokenizer;
    }
}
