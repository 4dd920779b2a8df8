using MolEngine.Basics.Values;
using MolEngine.Data.Records.Shapes;
using MolEngine.Engine.Chat;

namespace MolEngine.Data.Records;

/// <summary>
/// Counts, while a corpus is read, which text of its records becomes part of documents and which does not. What the
/// chat template then leaves out is told by <see cref="Rendered"/>.
/// </summary>
/// <param name="ignore">Paths of the fields that the config leaves out: <c>data.corpora[].ignore</c>.</param>
public sealed class ReadingReport(IReadOnlyList<string> ignore)
{
    /// <summary>Paths that are told apart: records with keys of their own have no end of them.</summary>
    private const int MostPaths = 1000;

    /// <summary>Fields of a reading that are named at most.</summary>
    private const int MostTaken = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, FieldShare> _unused = [];
    private readonly Dictionary<ShapeName, long> _shapes = [];
    private readonly Dictionary<(string Taken, string Other), long> _otherReadings = [];
    private readonly Dictionary<SilentPart, SilentCount> _silent = [];
    private readonly Dictionary<string, long> _oddRoles = [];
    private readonly Dictionary<(string Path, bool AsksToTrain), long> _unheeded = [];
    private readonly HashSet<string> _ignored = [];
    private readonly List<string> _emptyFiles = [];
    private long _used;

    /// <summary>Records that were counted.</summary>
    public long Records { get; private set; }

    /// <summary>What was counted so far.</summary>
    public ReadingSummary Summary()
    {
        lock (_lock)
        {
            return new(
                Records, _used, [.. _unused.Values.OrderByDescending(f => f.Characters).ThenBy(f => f.Path)],
                _shapes.ToDictionary(),
                [
                    .. _otherReadings.OrderByDescending(r => r.Value)
                        .Select(r => new OtherReading(r.Key.Taken, r.Key.Other, r.Value)),
                ],
                [.. ignore.Where(i => !_ignored.Contains(i))], [.. _emptyFiles],
                [.. _silent.OrderBy(s => s.Key).Select(s => s.Value)],
                [.. _oddRoles.OrderByDescending(r => r.Value).Select(r => new OddRole(r.Key, r.Value))],
                [
                    .. _unheeded.OrderByDescending(u => u.Value).ThenBy(u => u.Key)
                        .Select(u => new UnheededFlag(u.Key.Path, u.Key.AsksToTrain, u.Value)),
                ]);
        }
    }

    /// <summary>
    /// Counts what a chat template wrote of a dialogue: texts of its messages and variables that are not in
    /// <paramref name="rendered"/>, each at a place of its own, were not used. May be called from several threads.
    /// </summary>
    public void Rendered(CorpusRecord record, string rendered)
    {
        (string Path, DataValue Value)[] texts =
        [
            .. (record.Messages ?? []).SelectMany(m => ValueTexts.Of(m.Fields))
                .Where(t => t.Path is not ("role" or "content[].type") && !TrainingFlag.IsFlag(t.Path, t.Value))
                .Select(t => ($"messages[].{t.Path}", t.Value))
                .Concat(ValueTexts.Of(record.Variables)).Where(t => t.Value is not FlagValue),
        ];
        string[] literals = [.. texts.Select(t => ValueTexts.Literal(t.Value)!)];
        foreach ((int text, int characters) in RenderedTexts.Missing(literals, rendered))
        {
            string path = PathIn(record.Fields, texts[text].Value) ?? texts[text].Path;
            lock (_lock)
                Count(path, characters);
        }
    }

    /// <summary>Counts the messages that say otherwise than is done whether they are trained on. May be called from
    /// several threads.</summary>
    public void Trained(CorpusRecord record, TrainOn trainOn)
    {
        foreach (ChatMessage message in record.Messages ?? [])
        {
            if (TrainingFlag.Of(message) is not var (name, value, asks))
                continue;
            bool isHeeded = asks ? trainOn == TrainOn.All || message.Role == "assistant" : trainOn == TrainOn.Assistant;

            // Looking for the path goes through the whole record.
            if (isHeeded && ignore.Count == 0)
                continue;
            string path = PathIn(record.Fields, value) ?? $"messages[].{name}";
            lock (_lock)
            {
                if (!IsIgnored(path) && !isHeeded)
                    _unheeded[(path, asks)] = _unheeded.GetValueOrDefault((path, asks)) + 1;
            }
        }
    }

    /// <summary>Where a record has a value, or one that says the same; null where it has none.</summary>
    private static string? PathIn(MapValue record, DataValue value)
    {
        IReadOnlyList<(string Path, DataValue Value)> all = ValueTexts.Of(record);
        string? First(Func<DataValue, bool> matches) => all.FirstOrDefault(t => matches(t.Value)).Path;
        return First(v => ReferenceEquals(v, value)) ?? First(v => v.Equals(value));
    }

    /// <summary>A file of a folder in which there is nothing.</summary>
    public void AddEmptyFile(string path)
    {
        lock (_lock)
            _emptyFiles.Add(path);
    }

    /// <summary>
    /// A record as it was read: what of it says nothing is counted, and who speaks under a name that no model knows.
    /// </summary>
    /// <param name="place">Where it lies, for people.</param>
    internal void Add(CorpusRecord record, Func<string> place)
    {
        foreach (SilentPart part in SilentParts.Of(record))
        {
            lock (_lock)
            {
                SilentCount before = _silent.GetValueOrDefault(part) ?? new(part, 0, place());
                _silent[part] = before with { Records = before.Records + 1 };
            }
        }

        foreach (ChatMessage message in record.Messages ?? [])
        {
            if (OddRole.IsUsual(message.Role))
                continue;
            lock (_lock)
            {
                string role = _oddRoles.Count < MostPaths || _oddRoles.ContainsKey(message.Role) ? message.Role : "*";
                _oddRoles[role] = _oddRoles.GetValueOrDefault(role) + 1;
            }
        }
    }

    /// <summary>A text without fields: all of it is used.</summary>
    internal void Add(string text)
    {
        lock (_lock)
        {
            Records++;
            _used += text.Length;
        }
    }

    /// <param name="others">Shapes that fit the record too.</param>
    internal void Add(RecordFields record, RecordShape shape, IReadOnlyList<RecordShape> others)
    {
        lock (_lock)
        {
            Records++;
            _shapes[shape.Name] = _shapes.GetValueOrDefault(shape.Name) + 1;
            foreach ((string path, DataValue value) in ValueTexts.Of(record.Values))
            {
                int length = ValueTexts.Literal(value)!.Length;
                if (record.IsUsed(value))
                    _used += length;
                else if (!record.IsKept(value))
                    Count(path, length);
            }

            foreach (RecordShape other in others.Where(o => o.Required.Any(f => IsLeftOut(record, f))))
            {
                (string, string) reading =
                    (Shown(shape, Taken(record)), Shown(other, AsSpelled(record, other.Required)));
                _otherReadings[reading] = _otherReadings.GetValueOrDefault(reading) + 1;
            }
        }
    }

    private static string Shown(RecordShape shape, IReadOnlyList<Field> fields) =>
        $"{ReadingSummary.NameOf(shape.Name)} ({RecordShape.Joined(fields)})";

    /// <summary>Fields by the names that a record has for them.</summary>
    private static Field[] AsSpelled(RecordFields record, IReadOnlyList<Field> fields) =>
        [.. fields.Select(f => f.In(record.Values) is { } found ? new(found.Path, AnyCase: false) : f)];

    /// <summary>The fields of a record of which something is in its document.</summary>
    private static Field[] Taken(RecordFields record) =>
    [
        .. record.Values.Entries.Where(e => ValueTexts.Of(e.Value).Any(t => record.IsUsed(t.Value)))
            .Select(e => new Field(ValuePath.Root.Then(e.Key), AnyCase: false)).Take(MostTaken),
    ];

    private static bool IsLeftOut(RecordFields record, Field field) =>
        field.In(record.Values) is { } found
        && ValueTexts.Of(found.Value).Any(t => !record.IsUsed(t.Value) && !record.IsKept(t.Value));

    private bool IsIgnored(string path)
    {
        string? named = ignore.FirstOrDefault(
            i => path == i || path.StartsWith($"{i}.", StringComparison.Ordinal)
                || path.StartsWith($"{i}[", StringComparison.Ordinal));
        if (named is not null)
            _ignored.Add(named);
        return named is not null;
    }

    private void Count(string path, long characters)
    {
        if (IsIgnored(path))
            return;
        if (_unused.Count >= MostPaths && !_unused.ContainsKey(path))
            path = $"{path.Split('.')[0]}.*";
        if (_unused.Count >= 2 * MostPaths && !_unused.ContainsKey(path))
            path = "*";
        FieldShare before = _unused.GetValueOrDefault(path) ?? new(path, 0, 0);
        _unused[path] = before with
        {
            Characters = before.Characters + characters,
            Occurrences = before.Occurrences + 1,
        };
    }
}
