using MolEngine.Evaluation.Models;

namespace MolEngine.Evaluation.Tasks.Prompts;

/// <summary>
/// A prompt and a continuation of it as ids, as lm-evaluation-harness makes them (<c>_encode_pair</c> of its
/// <c>api/model.py</c>): blanks at the prompt's end belong to the continuation, and its ids are those of the whole text
/// behind as many as the prompt alone has.
/// </summary>
/// <param name="Prompt">As scored, its last blanks gone.</param>
/// <param name="Continuation">As scored.</param>
/// <param name="Request">The ids.</param>
/// <param name="Cut">Ids that were cut from the prompt's beginning, as the model's context is shorter.</param>
public sealed record TokenPair(string Prompt, string Continuation, ScoringRequest Request, int Cut)
{
    /// <param name="isChat">Whether a chat template wrote the prompt: nothing is put before it then.</param>
    /// <exception cref="UserException">The continuation has no token of its own, or is longer than the context.
    /// </exception>
    public static TokenPair Of(ILanguageModel model, string prompt, string continuation, bool isChat)
    {
        string context = prompt.TrimEnd();
        string rest = prompt[context.Length..] + continuation;
        int[] before, own;
        if (context.Length == 0)
        {
            before = [model.StartId];
            own = model.Encode(rest);
        }
        else
        {
            int[] whole = Begun(model, context + rest, isChat);
            before = Begun(model, context, isChat);
            own = whole.Length > before.Length ? whole[before.Length..] : [];
        }

        if (own.Length == 0)
        {
            throw new UserException(
                $"scoring: expected a continuation with tokens of its own, got \"{continuation}\", which the tokenizer "
                    + "makes one with the prompt's end");
        }

        // The last id is predicted and not read.
        int cut = Math.Max(0, before.Length + own.Length - 1 - model.ContextLimit);
        return cut < before.Length
            ? new TokenPair(context, rest, new ScoringRequest(before[cut..], own), cut)
            : throw new UserException(
                $"scoring: expected a continuation of at most {model.ContextLimit} tokens, the model's context, got "
                    + $"one of {own.Length}");
    }

    /// <summary>The ids of a text as the model's texts begin, each of them once.</summary>
    public static int[] Begun(ILanguageModel model, string text, bool isChat)
    {
        int[] ids = model.Encode(text);
        return isChat || ids.AsSpan().StartsWith([.. model.BeginIds]) ? ids : [.. model.BeginIds, .. ids];
    }
}
