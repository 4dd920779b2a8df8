namespace MolEngine.Engine.Generation;

/// <summary>
/// How the next token is drawn, in the order in which the settings apply; the defaults leave the model's distribution
/// as it is. Names and definitions are those of transformers; presence and frequency penalties are OpenAI's.
/// </summary>
/// <param name="RepetitionPenalty">Positive logits of tokens seen (prompt included) are divided by it, others
/// multiplied. Above 0.</param>
/// <param name="PresencePenalty">Taken from the logit of every token generated so far.</param>
/// <param name="FrequencyPenalty">Taken from it once for each time that it was generated.</param>
/// <param name="Temperature">Logits are divided by it. Above 0.</param>
/// <param name="TopK">Only the k largest logits, and those equal to the last of them; 0 keeps all.</param>
/// <param name="TopP">Only the fewest most probable tokens that together reach p; 1 keeps all.</param>
/// <param name="MinP">Only tokens of at least this part of the largest probability; 0 keeps all.</param>
public sealed record SamplingSettings(
    double RepetitionPenalty = 1,
    double PresencePenalty = 0,
    double FrequencyPenalty = 0,
    double Temperature = 1,
    int TopK = 0,
    double TopP = 1,
    double MinP = 0)
{
    /// <summary>Whether logits depend on the tokens seen.</summary>
    internal bool HasPenalties => RepetitionPenalty != 1 || PresencePenalty != 0 || FrequencyPenalty != 0;
}
