using MolEngine.Evaluation.Models;

namespace MolEngine.Evaluation.Tests.Tasks;

/// <summary>
/// A model without weights, real and the same every time: the probability of a token is how often it followed the one
/// before it in what it was shown, smoothed. Its tokens are characters, but a blank and the letter behind it are one,
/// as in the tokenizers of large models.
/// </summary>
internal sealed class CountingModel : ILanguageModel
{
    private const int Vocabulary = 1 << 17;
    private const int Start = Vocabulary - 1;
    private const int Blank = 1 << 16;

    public int ContextLimit { get; init; } = 100_000;

    public IReadOnlyList<int> BeginIds { get; init; } = [];

    public int StartId => Start;

    /// <summary>What it writes after a prompt; null: what it was asked last.</summary>
    public Func<string, string>? Says { get; init; }

    /// <summary>Everything that was scored, in order.</summary>
    public List<ScoringRequest> Scored { get; } = [];

    public List<WritingRequest> Written { get; } = [];

    /// <summary>After as many requests it is stopped.</summary>
    public int StopAfter { get; init; } = int.MaxValue;

    public int[] Encode(string text)
    {
        var ids = new List<int>();
        for (int i = 0; i < text.Length; i++)
        {
            bool joins = text[i] == ' ' && i + 1 < text.Length && !char.IsWhiteSpace(text[i + 1]);
            ids.Add(joins ? Blank + text[++i] : text[i]);
        }

        return [.. ids];
    }

    public static string Decode(IEnumerable<int> ids) => string.Concat(
        ids.Where(id => id != Start).Select(id => id >= Blank ? $" {(char)(id - Blank)}" : $"{(char)id}"));

    public void Score(
        IReadOnlyList<ScoringRequest> requests, Action<int, ContinuationScore> done, CancellationToken cancel)
    {
        for (int i = 0; i < requests.Count; i++)
        {
            if (Scored.Count >= StopAfter)
                throw new OperationCanceledException();
            Scored.Add(requests[i]);
            done(i, ScoreOf(requests[i]));
        }
    }

    public static ContinuationScore ScoreOf(ScoringRequest request)
    {
        int[] all = [.. request.Context, .. request.Continuation];
        double sum = 0;
        for (int i = request.Context.Length; i < all.Length; i++)
        {
            int followed = 0, pair = 0;
            for (int j = 0; j + 1 < i; j++)
            {
                followed += all[j] == all[i - 1] ? 1 : 0;
                pair += all[j] == all[i - 1] && all[j + 1] == all[i] ? 1 : 0;
            }

            sum += Math.Log((pair + 0.5 + (all[i] % 7 * 0.01)) / (followed + 1000));
        }

        return new ContinuationScore(sum, IsGreedy: false);
    }

    public void Write(
        IReadOnlyList<WritingRequest> requests, Action<int, WrittenText> done, CancellationToken cancel)
    {
        for (int i = requests.Count - 1; i >= 0; i--)
        {
            if (Written.Count >= StopAfter)
                throw new OperationCanceledException();
            Written.Add(requests[i]);
            string text = Says!(Decode(requests[i].Prompt));
            int stop = requests[i].Stops.Select(s => text.IndexOf(s, StringComparison.Ordinal))
                .Where(at => at >= 0).DefaultIfEmpty(-1).Min();
            done(i, stop >= 0 ? new(text[..stop], stop, "stop") : new(text, text.Length, "eos"));
        }
    }
}
