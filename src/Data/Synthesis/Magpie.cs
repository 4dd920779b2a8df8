using MolEngine.Basics.Numerics;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Models;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Data.Synthesis;

/// <summary>
/// A corpus from a model itself (Xu and others 2024, "Magpie: Alignment Data Synthesis from Scratch by Prompting
/// Aligned LLMs with Nothing"): a chat model that is given its template up to where the user speaks makes up a user's
/// turn, and then answers it. A base model goes on from where a document begins.
/// </summary>
public sealed class Magpie
{
    /// <summary>Tokens for what a template writes behind a user's words.</summary>
    private const int Slack = 64;

    private readonly ChatTemplate? _template;
    private readonly IReadOnlyList<UserPrompt> _users;
    private readonly int[] _stopIds;
    private readonly int[] _begin;
    private readonly int _longest;

    /// <param name="templates">The model's; a fallback is none.</param>
    /// <param name="documentEnd">The id that ends a document.</param>
    /// <param name="stopIds">Ids that end what the model says.</param>
    /// <exception cref="UserException">The template has no place for a user's words, topics are asked of a model
    /// without a template, or a record does not fit the model's context.</exception>
    public Magpie(
        Tokenizer tokenizer, ModelConfig config, ChatTemplates templates, int documentEnd, IReadOnlyList<int> stopIds,
        MagpieSettings settings)
    {
        Tokenizer = tokenizer;
        Settings = settings;
        _stopIds = [.. stopIds.Append(documentEnd).Distinct()];
        _begin = tokenizer.BeginIds.Count > 0 ? [.. tokenizer.BeginIds] : [documentEnd];
        _template = templates.IsFallback ? null : templates.For(settings.ChatVariables);
        if (_template is null && settings.Topics.Any(t => t.System is not null))
        {
            throw new UserException(
                "--topics: expected a model with a chat template, got one without: it goes on from the beginning of a "
                + "document, and nothing tells it of what. Leave --topics away");
        }

        _users = _template is null ? [] : [.. settings.Topics.Select(User)];
        int before = _users.Select(u => u.Ids.Length).DefaultIfEmpty(_begin.Length).Max();
        int most = config.AttentionLimit?.Tokens ?? config.MaxPositionEmbeddings;

        // Words that are written again may fall into other tokens than they were made of.
        long wanted = _template is null
            ? before + (long)settings.AnswerTokens
            : before + (2L * settings.UserTokens) + settings.AnswerTokens + Slack;
        _longest = (int)Math.Min(wanted, most);
        if (_longest < before + (_template is null ? 1 : settings.UserTokens))
        {
            throw new UserException(
                $"--user-tokens: expected room for them behind {before} tokens in the model's context of {most}, "
                + $"got {settings.UserTokens}");
        }
    }

    /// <summary>Whether records are dialogues; else texts.</summary>
    public bool MakesDialogues => _template is not null;

    /// <summary>Most tokens of a row.</summary>
    public int Longest => _longest;

    internal Tokenizer Tokenizer { get; }

    internal MagpieSettings Settings { get; }

    /// <summary>
    /// The attempts from a number on, without end. What one becomes depends on its number and the seed.
    /// </summary>
    /// <param name="isKnown">Whether a user's turn, or a text, is nearly one that is a record already.</param>
    public IEnumerable<MagpieDraft> Drafts(long from, Func<string, bool> isKnown)
    {
        for (long attempt = from; ; attempt++)
            yield return new MagpieDraft(this, attempt, isKnown);
    }

    internal Topic TopicOf(long attempt) => Settings.Topics[TopicIndex(attempt)];

    /// <summary>What makes up a user's turn; of a base model, a text.</summary>
    internal GenerationRequest First(long attempt) => MakesDialogues
        ? _users[TopicIndex(attempt)].Request(Settings, Seed(attempt, 0))
        : Answer(attempt, _begin);

    internal MadeText UserText(long attempt, GenerationRow row) => MadeText.Of(
        row, Tokenizer, _users[TopicIndex(attempt)].Stops, Settings.Language, DropReason.UserCut);

    internal MadeText AnswerText(GenerationRow row) =>
        MadeText.Of(row, Tokenizer, [], Settings.Language, MakesDialogues ? DropReason.Cut : null);

    /// <summary>What answers a user; null where there is no room for it.</summary>
    internal GenerationRequest? AnswerTo(long attempt, string user)
    {
        string text = _template!.Render([new("user", user)], Settings.ChatVariables, addGenerationPrompt: true).Text;
        int[] prompt = Tokenizer.Encode(text, addSpecialTokens: false);
        return prompt.Length + Settings.AnswerTokens > _longest ? null : Answer(attempt, prompt);
    }

    private GenerationRequest Answer(long attempt, int[] prompt) =>
        new(prompt, Math.Min(Settings.AnswerTokens, _longest - prompt.Length))
        {
            Sampling = Settings.Answer,
            Seed = Seed(attempt, 1),
            StopIds = _stopIds,
        };

    private UserPrompt User(Topic topic)
    {
        UserTurn turn = UserTurn.Of(_template!, topic.System, Settings.ChatVariables);
        string end = turn.After.TrimStart().Split('\n')[0].TrimEnd();
        int[] ids = Tokenizer.Encode(end, addSpecialTokens: false);

        // What stands behind the user's words ends them: a token that is never text by its id, else as text.
        bool isToken = ids.Length > 0 && Tokenizer.AddedTokens.Any(t => t.Id == ids[0]);
        int[] before = Tokenizer.Encode(turn.Before, addSpecialTokens: false);
        return new UserPrompt(
            before.Length > 0 ? before : _begin,
            isToken ? [.. _stopIds.Append(ids[0]).Distinct()] : _stopIds,
            isToken || end.Length == 0 ? [] : [end]);
    }

    private int TopicIndex(long attempt) =>
        new CounterRandom(Settings.Seed, (ulong)attempt).Below(2, Settings.Topics.Count);

    private ulong Seed(long attempt, ulong stage) => new CounterRandom(Settings.Seed, (ulong)attempt).Bits(stage);

    /// <summary>What a user's turn is made up from.</summary>
    private sealed record UserPrompt(int[] Ids, int[] StopIds, IReadOnlyList<string> Stops)
    {
        public GenerationRequest Request(MagpieSettings settings, ulong seed) => new(Ids, settings.UserTokens)
        {
            Sampling = settings.User,
            Seed = seed,
            StopIds = StopIds,
        };
    }
}
