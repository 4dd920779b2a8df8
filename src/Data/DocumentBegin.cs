using MolEngine.Engine.Models;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Data;

/// <summary>The tokens before every document that no chat template writes.</summary>
public static class DocumentBegin
{
    /// <summary>The word by which a config says that there are none.</summary>
    public const string None = "none";

    /// <param name="setting">
    /// A token as text, an id, <see cref="None"/>, or null for what the tokenizer puts before a text.
    /// </param>
    /// <exception cref="UserException">There is no such token.</exception>
    public static IReadOnlyList<int> Resolve(string? setting, ModelConfig config, Tokenizer tokenizer)
    {
        if (setting is null)
            return tokenizer.BeginIds;
        if (setting == None)
            return [];
        if (tokenizer.TokenId(setting) is int id || (int.TryParse(setting, out id) && id >= 0 && id < config.VocabSize))
            return [id];
        throw new UserException(
            $"data.document_begin: expected a token of the vocabulary, an id below {config.VocabSize}, or {None}, got "
                + $"{setting}. Look the token up in tokenizer.json");
    }
}
