namespace MolEngine.Engine.Generation;

/// <summary>Which tokens a row has seen, as far as its penalties ask.</summary>
internal sealed class SeenTokens
{
    private readonly SamplingSettings? _settings;
    private readonly HashSet<int> _all;
    private readonly Dictionary<int, int> _generated = [];

    public SeenTokens(GenerationRequest request)
        : this(request.Sampling, request.Prompt.Span)
    {
    }

    public SeenTokens(SamplingSettings? settings, ReadOnlySpan<int> prompt)
    {
        _settings = settings;
        _all = settings is { RepetitionPenalty: not 1 } ? [.. prompt] : [];
    }

    /// <summary>Takes a generated token in.</summary>
    public void Add(int id)
    {
        if (_settings is not { } settings)
            return;
        if (settings.RepetitionPenalty != 1)
            _all.Add(id);
        if (settings.PresencePenalty != 0 || settings.FrequencyPenalty != 0)
            _generated[id] = _generated.GetValueOrDefault(id) + 1;
    }

    /// <summary>Applies the penalties to logits [V]: repetition first, then presence and frequency.</summary>
    public void Penalize(Span<float> logits)
    {
        if (_settings is not { } settings)
            return;
        foreach (int id in _all)
        {
            double logit = logits[id];
            logits[id] = (float)(logit > 0 ? logit / settings.RepetitionPenalty : logit * settings.RepetitionPenalty);
        }

        foreach ((int id, int times) in _generated)
            logits[id] = (float)(logits[id] - settings.PresencePenalty - (settings.FrequencyPenalty * times));
    }
}
