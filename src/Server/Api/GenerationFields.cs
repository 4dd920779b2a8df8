using System.Globalization;
using MolEngine.Basics.Numerics;
using MolEngine.Basics.Values;
using MolEngine.Engine.Generation;
using MolEngine.Server.Serving;

namespace MolEngine.Server.Api;

/// <summary>What chats and completions have in common.</summary>
public sealed class GenerationFields
{
    /// <summary>Most answers to a prompt.</summary>
    private const int MostChoices = 128;

    private const int MostStops = 16, LongestStop = 256;

    /// <summary>Most tokens whose logits are biased, and by how much.</summary>
    private const int MostBiased = 1024, LargestBias = 100;

    /// <summary>Below it a temperature is 0, as vLLM has it.</summary>
    private const double LeastTemperature = 1e-5;

    private GenerationFields()
    {
    }

    public required ServedModel Model { get; init; }

    /// <summary>Answers to each prompt.</summary>
    public required int Choices { get; init; }

    public required SamplingSettings? Sampling { get; init; }

    /// <summary>What is added to logits, by token.</summary>
    public required IReadOnlyDictionary<int, float> LogitBias { get; init; }

    public required ulong Seed { get; init; }

    public required IReadOnlyCollection<int> StopIds { get; init; }

    public required IReadOnlyList<string> Stops { get; init; }

    public required bool Streams { get; init; }

    /// <summary>Whether a stream ends with the usage.</summary>
    public required bool StreamsUsage { get; init; }

    public required bool SkipsSpecialTokens { get; init; }

    /// <summary>The model that each token's divergence is told from; null for none.</summary>
    public required ServedModel? Reference { get; init; }

    public static GenerationFields Read(RequestFields fields, ServedModels models)
    {
        RefuseUnsupported(fields);
        RequestFields? stream = fields.Map("stream_options");
        bool streams = fields.Flag("stream") ?? false;
        if (stream is not null && !streams)
            throw ApiException.Field("stream_options", "expected it with \"stream\": true alone, got it without");
        stream?.Accept("include_obfuscation");
        return new GenerationFields
        {
            Model = ModelOf(models, fields.RequiredText("model"), "model"),
            Choices = (int)(fields.Integer("n", 1, MostChoices) ?? 1),
            Sampling = SamplingOf(fields, models.Defaults),
            LogitBias = LogitBiasOf(fields, models),
            Seed = SeedOf(fields),
            StopIds = StopIdsOf(fields, models),
            Stops = StopsOf(fields),
            Streams = streams,
            StreamsUsage = stream?.Flag("include_usage") ?? false,
            SkipsSpecialTokens = fields.Flag("skip_special_tokens") ?? true,
            Reference = ReferenceOf(fields, models),
        };
    }

    /// <summary>The requests of all answers: those to the first prompt first.</summary>
    /// <param name="prompts">Ids of each, and the tokens of an answer to it at most.</param>
    /// <param name="logProbs">See <see cref="GenerationRequest.TopLogProbs"/>.</param>
    /// <param name="ofPrompt">Whether the prompt's log-probabilities are wanted too.</param>
    public IReadOnlyList<GenerationRequest> Requests(
        IReadOnlyList<(int[] Ids, int Most)> prompts, int logProbs, bool ofPrompt) =>
    [
        .. from prompt in prompts
           from choice in Enumerable.Range(0, Choices)
           select new GenerationRequest(prompt.Ids, prompt.Most)
           {
               Weights = Model.Weights,
               Sampling = Sampling,
               LogitBias = LogitBias,
               Seed = choice == 0 ? Seed : new CounterRandom(Seed, (ulong)choice).Bits(0),
               StopIds = StopIds,
               TopLogProbs = logProbs,
               PromptLogProbs = ofPrompt,
               Reference = Reference?.Weights,
           },
    ];

    /// <summary>Tokens of the answer to a prompt: as many as asked for, or as are usual and find room.</summary>
    /// <param name="asked">Null where the request names no number.</param>
    public static int MostTokens(int promptTokens, long? asked, int usual, int longest)
    {
        // The last token that is generated needs no room.
        int left = longest + 1 - promptTokens;
        if (promptTokens > longest || (asked ?? 1) > left)
        {
            string got = asked is { } tokens ? $"{promptTokens} and up to {tokens} of the answer" : $"{promptTokens}";
            throw new ApiException(
                400, $"the prompt's tokens: expected a context of at most {longest + 1}, got {got}. Shorten the "
                + "prompt or the answer", "max_tokens", "context_length_exceeded");
        }

        return (int)(asked ?? Math.Min(usual, left));
    }

    private static ServedModel ModelOf(ServedModels models, string name, string field) =>
        models.Find(name) ?? throw new ApiException(
            404, $"{field}: {RequestFields.Shown(new TextValue(name))}: expected one of "
            + $"{string.Join(", ", models.All.Select(m => m.Name))}, got no such model", field, "model_not_found");

    private static ServedModel? ReferenceOf(RequestFields fields, ServedModels models)
    {
        if (fields.Map("molengine") is not { } own)
            return null;
        string? name = own.Text("kl_to");
        if (own.Unread.FirstOrDefault() is { } other)
            throw ApiException.Field($"molengine.{other}", "expected kl_to alone, got another name");
        return name is null ? null : ModelOf(models, name, "molengine.kl_to");
    }

    private static SamplingSettings? SamplingOf(RequestFields fields, GenerationDefaults defaults)
    {
        double temperature = fields.Number("temperature", 0, 100, "a number from 0 to 100") ?? defaults.Temperature;
        var settings = new SamplingSettings(
            fields.Number("repetition_penalty", 1e-3, 1e3, "a number above 0") ?? defaults.RepetitionPenalty,
            fields.Number("presence_penalty", -2, 2, "a number from -2 to 2") ?? 0,
            fields.Number("frequency_penalty", -2, 2, "a number from -2 to 2") ?? 0,
            Math.Max(temperature, LeastTemperature),
            (int)Math.Max(fields.Integer("top_k", -1, int.MaxValue) ?? defaults.TopK, 0),
            fields.Number("top_p", 1e-9, 1, "a number above 0, at most 1") ?? defaults.TopP,
            fields.Number("min_p", 0, 1, "a number from 0 to 1") ?? defaults.MinP);
        if (temperature >= LeastTemperature)
            return settings;
        bool isPlain = settings is { RepetitionPenalty: 1, PresencePenalty: 0, FrequencyPenalty: 0 };
        return isPlain ? null : GenerationDefaults.Greedy(settings);
    }

    private static ulong SeedOf(RequestFields fields) =>
        fields.Integer("seed", long.MinValue, long.MaxValue) is { } seed
            ? (ulong)seed
            : (ulong)Random.Shared.NextInt64();

    /// <summary>Numbers by the ids of tokens, which JSON has as names.</summary>
    private static Dictionary<int, float> LogitBiasOf(RequestFields fields, ServedModels models)
    {
        var biases = new Dictionary<int, float>();
        if (fields.Map("logit_bias") is not { } given)
            return biases;
        int vocabulary = models.Config.VocabSize;
        foreach ((string token, DataValue _) in given.Value.Entries)
        {
            if (!int.TryParse(token, NumberStyles.None, null, out int id) || id >= vocabulary)
            {
                throw ApiException.Field(
                    "logit_bias", $"expected ids from 0 to {vocabulary - 1} as names, got "
                    + RequestFields.Shown(new TextValue(token)));
            }

            if (given.Number(token, -LargestBias, LargestBias, "a number from -100 to 100") is { } bias)
                biases[id] = (float)bias;
        }

        return biases.Count <= MostBiased ? biases : throw ApiException.Field(
            "logit_bias", $"expected at most {MostBiased} tokens, got {biases.Count}");
    }

    private static IReadOnlyCollection<int> StopIdsOf(RequestFields fields, ServedModels models)
    {
        IEnumerable<int> own = fields.Flag("ignore_eos") ?? false ? [] : models.StopIds;
        IReadOnlyList<DataValue> more = fields.List("stop_token_ids") ?? [];
        int[] ids =
        [
            .. more.Select(id => RequestFields.IntegerOf(id) is { } n && n >= 0 && n < models.Config.VocabSize
                ? (int)n
                : throw fields.Wrong("stop_token_ids", $"ids from 0 to {models.Config.VocabSize - 1}", id)),
        ];
        return [.. own.Concat(ids).Distinct()];
    }

    private static IReadOnlyList<string> StopsOf(RequestFields fields)
    {
        IReadOnlyList<string> stops = fields.Texts("stop");
        return stops.Count <= MostStops && stops.All(s => s.Length is > 0 and <= LongestStop)
            ? stops
            : throw ApiException.Field(
                "stop", $"expected at most {MostStops} texts of 1 to {LongestStop} characters, got {stops.Count} of "
                + $"{stops.Select(s => s.Length).DefaultIfEmpty().Min()} to "
                + $"{stops.Select(s => s.Length).DefaultIfEmpty().Max()}");
    }

    /// <summary>What would change the answer and cannot be done is refused, not forgotten.</summary>
    private static void RefuseUnsupported(RequestFields fields)
    {
        if (fields.Map("response_format") is { } format && format.RequiredText("type") is var kind and not "text")
        {
            throw ApiException.NotOffered(
                "response_format", $"expected the type \"text\", got \"{kind}\": answers are not constrained to JSON");
        }

        foreach (string name in (string[])["guided_json", "guided_regex", "guided_choice", "guided_grammar",
            "structured_outputs", "min_tokens", "use_beam_search", "functions", "function_call", "audio",
            "web_search_options"])
        {
            if (fields[name] is not null)
                throw ApiException.NotOffered(name, "expected none, got one: this is not offered");
        }

        fields.Accept("user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key",
            "prompt_cache_retention", "prediction");
    }
}
