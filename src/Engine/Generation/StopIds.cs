using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Models;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Engine.Generation;

/// <summary>The ids that end what a model says: one rule for all who let it speak.</summary>
public static class StopIds
{
    /// <summary>
    /// Those of <c>config.json</c>, those of <c>generation_config.json</c>, and the token that the chat template ends
    /// a turn with (ChatML's, where the model has no template and its tokenizer has that token). A folder may name only
    /// some of them: a base model's often leaves out the end of a turn.
    /// </summary>
    /// <param name="folder">The model's.</param>
    /// <param name="variables">Of the chat template; null for none.</param>
    public static IReadOnlyList<int> Of(
        string folder, ModelConfig config, Tokenizer tokenizer, MapValue? variables = null) =>
        Of(folder, config, tokenizer, ChatTemplates.Load(folder).For(variables ?? MapValue.Empty), variables);

    /// <inheritdoc cref="Of(string, ModelConfig, Tokenizer, MapValue?)"/>
    /// <param name="template">The one that is used, where it is not the folder's own.</param>
    public static IReadOnlyList<int> Of(
        string folder, ModelConfig config, Tokenizer tokenizer, ChatTemplate template, MapValue? variables = null)
    {
        string end = template.Marks(variables ?? MapValue.Empty)?.End ?? "";
        IEnumerable<int> ofTurn = tokenizer.Encode(end, addSpecialTokens: false).Where(IsAdded).Take(1);
        return [.. config.EosTokenIds.Concat(GenerationConfig.Load(folder).EosTokenIds).Concat(ofTurn).Distinct()];

        bool IsAdded(int id) => tokenizer.AddedTokens.Any(t => t.Id == id);
    }
}
