using System.Globalization;
using MolEngine.Engine.Models;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Data;

/// <summary>The token that ends every document.</summary>
public static class DocumentEnd
{
    /// <param name="setting">A token as text, an id, or null for the model's end-of-sequence token.</param>
    /// <exception cref="UserException">There is no such token.</exception>
    public static int Resolve(string? setting, ModelConfig config, Tokenizer tokenizer)
    {
        if (setting is null)
        {
            return config.EosTokenIds.Count > 0
                ? config.EosTokenIds[0]
                : throw new UserException(
                    "data.document_end: expected a token, got none, and the model's config.json has no eos_token_id. "
                    + "Set data.document_end.");
        }

        // A token may lie beyond the model's embeddings: one that was added and the model not resized for.
        if (tokenizer.TokenId(setting) is int id && id < config.VocabSize)
            return id;
        if (int.TryParse(setting, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id < config.VocabSize)
            return id;
        throw new UserException(
            $"data.document_end: expected a token of the vocabulary or an id below {config.VocabSize}, got {setting}. "
            + "Look the token up in tokenizer.json.");
    }
}
