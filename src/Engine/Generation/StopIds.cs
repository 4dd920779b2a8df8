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
    /// a turn with (ChatML's, where the model has no template and its tokenizer has that token). A folder may name
    /// only some of them: a base model's often leaves out the end of a turn. A template that cannot be read ends no
    /// turn; who renders with it is told why.
    /// </summary>
    /// <param name="folder">The model's.</param>
    /// <param name="variables">Of the chat template; null for none.</param>
    public static IReadOnlyList<int> Of(string folder, Tokenizer tokenizer, MapValue? variables = null) =>
        [.. OfFolder(folder).Concat(OfTurn(tokenizer, TurnEnd(folder, variables ?? MapValue.Empty))).Distinct()];

    /// <summary>Those that the folder's files name.</summary>
    public static IReadOnlyList<int> OfFolder(string folder) =>
        [.. ModelConfig.Load(folder).EosTokenIds.Concat(GenerationConfig.Load(folder).EosTokenIds).Distinct()];

    /// <summary>The first added token in what a template writes after an answer; mostly there is one.</summary>
    public static IReadOnlyList<int> OfTurn(Tokenizer tokenizer, string end)
    {
        return [.. tokenizer.Encode(end, addSpecialTokens: false).Where(IsAdded).Take(1)];

        bool IsAdded(int id) => tokenizer.AddedTokens.Any(t => t.Id == id);
    }

    private static string TurnEnd(string folder, MapValue variables)
    {
        try
        {
            return ChatTemplates.Load(folder).For(variables).Marks(variables)?.End ?? "";
        }
        catch (ChatTemplateException)
        {
            return "";
        }
    }
}
