using System.Text.Json;
using FsCheck.Fluent;
using MolEngine.Support;
using MolEngine.Trainer.Config;
using MolEngine.Yaml;
using YamlDotNet.RepresentationModel;

namespace MolEngine.Trainer.Tests.Config;

/// <summary>What holds of every key of a run config, whichever they are.</summary>
public sealed class ConfigTableTests : IDisposable
{
    /// <summary>A domain and a general corpus, and questions: each key has a place where it may be given.</summary>
    private const string Base =
        "model: m\noutput: out\nquestions: q.jsonl\neval: gsm8k\ndata:\n  corpora:\n"
            + "  - {path: a.jsonl, kind: domain}\n  - {path: b.jsonl, kind: general}\n";

    /// <summary>Values among which each key finds one that is not its default.</summary>
    private static readonly string[] Pool =
    [
        "1", "2", "3", "0.25", "0.5", "0", "true", "off", "cpu", "best", "at most 7", "[0.5, 0.25]", "[q_proj, v_proj]",
        "m2", "a.jsonl", "\"{a}\"", "x", "{a: 1}", "mmlu", "4096", "1048577",
    ];

    private readonly TempFolder _folder = new();

    public ConfigTableTests()
    {
        _folder.Folder("m");
        _folder.Folder("m2");
        foreach (string name in new[] { "a", "b", "q" })
            _folder.Write($"{name}.jsonl", "{\"text\": \"a\"}\n");
    }

    public static TheoryData<string> Paths => [.. ConfigTable.Keys.All.Select(k => k.Path)];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_key_is_in_the_resolved_config()
    {
        RunConfig run = Parse(Base);
        Assert.Equal(
            ConfigTable.Keys.All.Select(k => k.Path).Order(StringComparer.Ordinal),
            run.Settings.Keys.Select(ConfigValues.Normal).Distinct().Order(StringComparer.Ordinal));
        Assert.All(
            run.Settings.Keys, path => Assert.Equal(run.Settings[path].Text, Written(run.Resolved, path) ?? "null"));

        // Nothing is given but what must be: all that has no value is a key that may have none.
        RunConfig least = Parse(Base.Replace("questions: q.jsonl\neval: gsm8k\n", ""));
        Assert.All(
            least.Settings.Values.Where(v => !v.HasValue && !v.Path.StartsWith("questions.", StringComparison.Ordinal)
                && !v.Path.StartsWith("eval.", StringComparison.Ordinal)),
            v => Assert.False(v.Key.IsAlwaysThere, v.Path));
        Assert.Contains("\nquestions: null\n", least.Resolved);
        Assert.Contains("\n      fields: null\n", least.Resolved);
        Assert.Contains(
            "\n  document_end: auto\n  held_out:\n    documents: at most 100\n    tokens: 32768\n", least.Resolved);
        Assert.Contains("\n  cache: auto\n", least.Resolved);
        Assert.Contains("\n  from: null\n", least.Resolved);
        Assert.Contains("\ncuda_path: auto\n", least.Resolved);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void A_value_that_is_given_is_in_the_resolved_config(string path)
    {
        string usual = Parse(Base).Settings.Values.First(v => v.Key.Path == path).Text;
        (RunConfig run, string[] given) = Given(path, usual);
        Assert.Contains(run.Settings.Values, v => v.Key.Path == path && v is { HasValue: true, IsDefault: false }
            && v.Text != usual);
        RunConfig again = Parse(run.Resolved);
        Assert.Equal(run.Resolved, again.Resolved);
        Assert.Equal(Shown(run), Shown(again));
        Assert.NotEmpty(given);
        ConfigSchema.AssertFits(ConfigSchema.OfRun, run.Resolved, path);
    }

    /// <summary>Any few keys together give a run that its resolved config gives again.</summary>
    [Fact]
    public void The_resolved_config_is_the_run()
    {
        int understood = 0, cases = 0;
        Prop.ForAll(
            Gen.Choose(0, ConfigTable.Keys.All.Count - 1).Zip(Gen.Choose(0, 1000)).NonEmptyListOf().ToArbitrary(),
            choices =>
            {
                string[] settings = [.. choices.Take(5).Select(c => Setting(ConfigTable.Keys.All[c.Item1], c.Item2))];
                cases++;
                RunConfig run;
                try
                {
                    run = Parse(Base, settings);
                }
                catch (UserException)
                {
                    // Keys that do not go together: other cases have each of them.
                    return;
                }

                understood++;
                RunConfig again = Parse(run.Resolved);
                Assert.Equal(run.Resolved, again.Resolved);
                Assert.Equal(Shown(run), Shown(again));
                Assert.All(
                    run.Settings.Values.Where(v => !v.HasValue && v.Key.OnResume == OnResume.Fixed),
                    v => Assert.False(v.Key.IsAlwaysThere, v.Path));
            }).CheckAlways(200);
        Assert.True(understood > cases / 4, $"{understood} of {cases} cases were understood");
    }

    /// <summary>
    /// Each part of each key, with any one letter gone, changed, in other case, or in its neighbour's place.
    /// </summary>
    [Theory]
    [MemberData(nameof(Paths))]
    public void A_name_with_one_mistake_is_told_the_key(string path)
    {
        string[] parts = path.Split('.');
        int tried = 0;

        // The names of a section are tried with its first key.
        bool IsFirst(int part) => part == parts.Length - 1 || ConfigTable.Keys.All.First(
            k => k.Path.StartsWith(string.Join('.', parts[..(part + 1)]) + '.', StringComparison.Ordinal)).Path == path;
        int[] own = [.. Enumerable.Range(0, parts.Length).Where(IsFirst)];
        foreach (int i in own)
        {
            foreach (string wrong in Edits(parts[i]))
            {
                string typed = string.Join('.', [.. parts[..i], wrong, .. parts[(i + 1)..]]);
                if (ConfigTable.Keys.Find(typed) is not null)
                    continue;
                tried++;
                AssertTold(path, typed);

                // A section's name alone, as the file's reader meets it before what stands under it.
                if (i == parts.Length - 1)
                    continue;
                AssertTold(string.Join('.', parts[..(i + 1)]), string.Join('.', [.. parts[..i], wrong]));
            }
        }

        Assert.True(tried > 40 * own.Length);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void A_key_in_a_wrong_section_is_told_its_own(string path)
    {
        string name = path.Split('.')[^1];
        foreach (string section in new[] { "", "lora.", "optimizer.", "data.", "checkpoint.", "data.corpora[]." })
        {
            string typed = section + name;
            if (ConfigTable.Keys.Find(typed) is null && !ConfigTable.Keys.IsSection(typed)
                && !ConfigTable.Keys.IsSection(typed + "[]"))
                AssertTold(name, typed, told => told.Split('.')[^1]);
        }
    }

    [Theory]
    [InlineData("data.corpra=[{path: a.jsonl, kind: domain}]", "data.corpora")]
    [InlineData("data.corpra[0].path=a.jsonl", "data.corpora[].path")]
    [InlineData("optimzer.learning_rate=1", "optimizer.learning_rate")]
    [InlineData("optimzer={learning_rate: 1}", "optimizer")]
    [InlineData("learning-rate=1", "optimizer.learning_rate")]
    [InlineData("Model=m", "model")]
    [InlineData("optimizer.rank=1", "lora.rank")]
    [InlineData("lora={epochs: 1}", "epochs")]
    [InlineData("LR=1", "optimizer.learning_rate")]
    public void A_mistyped_key_is_told(string setting, string meant)
    {
        UserException e = Assert.Throws<UserException>(() => Parse(Base, setting));
        Assert.EndsWith($"unknown key. Did you mean {meant}?", e.Message);
    }

    /// <summary>A key is free to change where the result is the same: this list is the promise of it.</summary>
    [Fact]
    public void A_resumed_run_may_change_these_keys_and_no_others()
    {
        string[] free =
        [
            "model", "base", "output", "device", "threads", "micro_batch", "recompute", "optimizer.offload",
            "validate.every", "validate.documents", "samples", "checkpoint.every", "checkpoint.keep", "data.cache",
            "lora.from",
            "cuda_path", "data.corpora[].path", "data.corpora[].ignore", "eval.tasks", "eval.data", "eval.limit",
            "eval.every", "data.corpora[].record_bytes", "base_cache", "base_cache_bytes", "loss_spike",
            "validate.metric", "stop_early.patience", "stop_early.min_change", "stop_early.max_general_kl",
            "checkpoint.export", "collectives.timeout",
        ];
        Assert.Equal(
            free.Order(StringComparer.Ordinal),
            ConfigTable.Keys.All.Where(k => k.OnResume == OnResume.Free).Select(k => k.Path)
                .Where(p => !p.StartsWith("questions.", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.All(
            ConfigTable.Keys.All.Where(k => k.Path.StartsWith("questions.", StringComparison.Ordinal)),
            k => Assert.Equal(OnResume.Free, k.OnResume));
    }

    /// <summary>A run in which a key has another value than usual, and the settings that made it so.</summary>
    private (RunConfig Run, string[] Settings) Given(string path, string usual)
    {
        ConfigKey key = ConfigTable.Keys.Find(path)!;
        foreach (string[] settings in Attempts(key, usual))
        {
            try
            {
                return (Parse(Base, settings), settings);
            }
            catch (UserException)
            {
                // It takes another corpus, another value, or its neighbours beside it.
            }
        }

        throw new InvalidOperationException($"{path}: no value of the pool is accepted. Give the pool one.");
    }

    private static IEnumerable<string[]> Attempts(ConfigKey key, string usual)
    {
        string parent = key.Path.Contains('.') ? key.Path[..(key.Path.LastIndexOf('.') + 1)] : key.Path;
        ConfigKey[] family = [.. ConfigTable.Keys.All.Where(k => k.Path.StartsWith(parent, StringComparison.Ordinal))];
        return
            from value in Values(key)
            where Text(key, value) != usual
            from corpus in (int[])[0, 1]
            from beside in (bool[])[false, true]
            select (string[])
            [
                .. family.Where(k => beside && k != key && Values(k).Any())
                    .Select(k => $"{ConfigValues.Concrete(k, corpus)}={Values(k).First()}"),
                $"{ConfigValues.Concrete(key, corpus)}={value}",
            ];
    }

    private static string Setting(ConfigKey key, int choice)
    {
        string[] values = [.. Values(key), "null"];
        return $"{ConfigValues.Concrete(key, choice % 2)}={values[choice % values.Length]}";
    }

    private static IEnumerable<string> Values(ConfigKey key) =>
        key.Expects.Split(" | ").Concat(Pool).Where(text => Node(text) is { } node && key.Read(node) is not null);

    private static string Text(ConfigKey key, string yaml) => key.Write(key.Read(Node(yaml)!)!);

    private static YamlNode? Node(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return stream.Documents[0].RootNode;
    }

    /// <summary>What a file has at a concrete path: null where it, or what it is in, is null.</summary>
    private static string? Written(string yaml, string path)
    {
        YamlNode at = Node(yaml)!;
        foreach (string part in path.Replace("[", ".").Replace("]", "").Split('.'))
        {
            if (at is YamlScalarNode { Value: "null" })
                return null;
            at = at is YamlSequenceNode list ? list[int.Parse(part)] : ((YamlMappingNode)at)[part];
        }

        return at switch
        {
            YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain } scalar => scalar.Value,
            YamlScalarNode scalar => KeyTypes.Text.Write(scalar.Value!),
            YamlMappingNode map => $"{{{string.Join(", ", map.Children.Select(c => $"\"{c.Key}\": {c.Value}"))}}}",
            YamlSequenceNode list => $"[{string.Join(", ", list.Select(n => ((YamlScalarNode)n).Value))}]",
            _ => throw new InvalidOperationException($"{path}: no value"),
        };
    }

    /// <summary>Everything that a run config says, for comparing two.</summary>
    private static string Shown(RunConfig run) =>
        JsonSerializer.Serialize(run with { Settings = new Dictionary<string, ResolvedValue>() }) + run.Device;

    /// <summary>
    /// Asserts that a mistyped path is told what it meant, or another name that is no further than one mistake.
    /// </summary>
    private static void AssertTold(string meant, string typed, Func<string, string>? part = null)
    {
        string told = ConfigTable.Keys.Nearest(typed) ?? "nothing";
        bool right = (part?.Invoke(told) ?? told).Replace("[]", "") == meant.Replace("[]", "");
        Assert.True(right || IsOneMistake(typed.Replace("[]", ""), told.Replace("[]", "")),
            $"{typed}: told {told}, not {meant}");
    }

    private static bool IsOneMistake(string typed, string name)
    {
        (string A, string B)[] parts = [.. typed.Split('.').Zip(name.Split('.'))];
        return typed.Count(c => c == '.') == name.Count(c => c == '.')
            && parts.Count(p => p.A != p.B) == 1 && parts.All(p => p.A == p.B || Edits(p.B).Contains(p.A));
    }

    private static IEnumerable<string> Edits(string name)
    {
        string bare = name.Replace("[]", "");
        string brackets = name[bare.Length..];
        for (int i = 0; i < bare.Length; i++)
        {
            yield return bare[..i] + bare[(i + 1)..] + brackets;
            yield return bare[..i] + char.ToUpperInvariant(bare[i]) + bare[(i + 1)..] + brackets;
            foreach (char letter in "aelrst_-0")
            {
                yield return bare[..i] + letter + bare[(i + 1)..] + brackets;
                yield return bare[..i] + letter + bare[i..] + brackets;
            }

            if (i > 0)
                yield return bare[..(i - 1)] + bare[i] + bare[i - 1] + bare[(i + 1)..] + brackets;
        }

        yield return bare.ToUpperInvariant() + brackets;
        yield return bare.Replace('_', '-') + brackets;
    }

    private RunConfig Parse(string yaml, params string[] settings) =>
        RunConfigLoader.Parse(yaml, Path.Combine(_folder.Root, "run.yaml"), settings);
}
