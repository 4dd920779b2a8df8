using MolEngine.Evaluation.Models;
using MolEngine.Evaluation.Tasks.Prompts;

namespace MolEngine.Evaluation.Tasks.Scoring;

/// <summary>A text whose every token but the first is predicted.</summary>
internal static class WholeText
{
    /// <exception cref="UserException">The text has fewer than two tokens.</exception>
    public static TokenPair Of(ILanguageModel model, string text, bool isChat)
    {
        int[] ids = TokenPair.Begun(model, text, isChat);
        int cut = Math.Max(0, ids.Length - model.ContextLimit);
        ids = ids[cut..];
        return ids.Length > 1
            ? new TokenPair("", text, new ScoringRequest(ids[..1], ids[1..]), cut)
            : throw new UserException(
                $"scoring: expected a text of at least two tokens, got \"{text}\", which has {ids.Length}");
    }

    /// <summary>Tokens that the mean is over: all, the first too, as OpenCompass divides.</summary>
    public static int Tokens(TokenPair pair) => pair.Request.Context.Length + pair.Request.Continuation.Length;
}
