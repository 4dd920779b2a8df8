using MolEngine.Engine.Models.Common;

namespace MolEngine.Engine.Generation;

/// <summary>A request in a <see cref="GenerationBatch"/>, and what came of it so far.</summary>
public sealed class GenerationRow
{
    private readonly List<int> _tokens;

    internal GenerationRow(int number, GenerationRequest request, TransformerWeights weights)
    {
        Number = number;
        Request = request;
        Weights = weights;
        _tokens = [.. request.Prompt.Span];
        Seen = new SeenTokens(request);
        Sampler = request.Sampling is { } settings ? new Sampler(settings, request.Seed) : null;
        if (request.Reference is { } reference)
            (Reader, Logits) = (new GenerationRow(this, reference), new LogitPair());
    }

    private GenerationRow(GenerationRow leader, TransformerWeights weights)
    {
        Number = leader.Number;
        Request = leader.Request;
        Weights = weights;
        Leader = leader;
        _tokens = leader._tokens;
        Seen = leader.Seen;
    }

    /// <summary>Counts the requests of a batch, from 0.</summary>
    public int Number { get; }

    public GenerationRequest Request { get; }

    /// <summary>The generated ids, a stop id included.</summary>
    public IReadOnlyList<int> Ids => Generated;

    /// <summary>Why the row ended; null while it is going on.</summary>
    public StopReason? Stop { get; internal set; }

    /// <summary>Whether it has left the queue.</summary>
    public bool HasStarted { get; internal set; }

    /// <summary>
    /// The prompt's tokens from <see cref="GenerationRequest.FirstLogProb"/> on, as far as they are computed; empty
    /// where they are not asked for.
    /// </summary>
    public IReadOnlyList<ScoredToken> PromptLogProbs => Scored;

    /// <summary>Tokens of the prompt that were found in the cache.</summary>
    public int PromptTokensFound { get; internal set; }

    internal TransformerWeights Weights { get; }

    /// <summary>The row of the request's reference, which reads the same tokens; null where there is none.</summary>
    internal GenerationRow? Reader { get; }

    /// <summary>Of a row that reads along: the one whose tokens they are.</summary>
    internal GenerationRow? Leader { get; }

    /// <summary>What both say of the next token; null where nobody reads along.</summary>
    internal LogitPair? Logits { get; }

    internal SeenTokens Seen { get; }

    internal Sampler? Sampler { get; }

    internal List<int> Generated { get; } = [];

    internal List<ScoredToken> Scored { get; } = [];

    /// <summary>The pages that hold its tokens, in order; those shared with others are full.</summary>
    internal List<CachedPage> Pages { get; } = [];

    /// <summary>Tokens that are in the cache.</summary>
    internal int Computed { get; set; }

    /// <summary>Prompt and generated ids.</summary>
    internal int Length => _tokens.Count;

    /// <summary>
    /// Tokens that are computed with: all that are known, but for the last one where nothing is asked of what follows.
    /// </summary>
    internal int Wanted => Request.IsScoredAlone ? Length - 1 : Length;

    internal bool IsInPrompt => Computed < Math.Min(Request.Prompt.Length, Wanted);

    /// <summary>The first token of the prompt that must be computed for itself, though a cache may have it.</summary>
    internal int FirstNeeded => WantsPromptLogProbs ? Request.FirstLogProb - 1 : Request.Prompt.Length - 1;

    internal bool WantsPromptLogProbs => Request.PromptLogProbs && Leader is null;

    internal int this[int at] => _tokens[at];

    internal void Append(int id)
    {
        _tokens.Add(id);
        Generated.Add(id);
        Seen.Add(id);
    }
}
