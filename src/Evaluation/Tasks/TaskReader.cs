using System.Globalization;
using MolEngine.Basics.Values;
using MolEngine.Engine.Chat;
using MolEngine.Evaluation.Answers;
using MolEngine.Evaluation.Answers.Code;
using MolEngine.Yaml;

namespace MolEngine.Evaluation.Tasks;

/// <summary>Makes a checked <see cref="EvalTask"/> of a task file.</summary>
public static class TaskReader
{
    /// <param name="source">What errors call the file: its path.</param>
    /// <exception cref="UserException">Every mistake found, one a line.</exception>
    public static EvalTask Read(string yaml, string source)
    {
        var reader = new ConfigReader(TaskTable.Keys);
        reader.ReadFile(source, yaml);
        ConfigValues v = reader.Values;
        EvalTask? task = v.Errors.Count == 0 ? new TaskBuilder(v, source).Build(yaml) : null;
        return v.Errors.Count == 0
            ? task!
            : throw new UserException(string.Join(Environment.NewLine, v.Errors.Distinct()));
    }

    /// <summary>Which records <c>FROM:TO</c> means, each end left out for none; null where the text says neither.
    /// </summary>
    internal static Range? RowsOf(string text)
    {
        string[] ends = text.Split(':');
        if (ends.Length != 2)
            return null;
        return Place(ends[0], 0) is int from && Place(ends[1], int.MaxValue) is int to && from < to
            ? new Range(from, to)
            : null;

        static int? Place(string end, int open) =>
            end.Trim().Length == 0 ? open
            : int.TryParse(end, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
                CultureInfo.InvariantCulture, out int at) ? at
            : null;
    }

    /// <summary>The values of one file, and what they become.</summary>
    private sealed class TaskBuilder(ConfigValues v, string source)
    {
        public EvalTask? Build(string yaml)
        {
            string name = v.Require(TaskKeys.Task, "", source);
            TaskKind kind = v.Require(TaskKeys.Kind, default, source);
            string prompt = v.Require(TaskKeys.Prompt, "", source), version = v.Require(TaskKeys.Version, "", source);
            if (v.Count(TaskDataKeys.List) == 0)
                v.Errors.Add($"{source}: data: missing: expected a list of layouts (- test: ...), got none");
            if (name.Contains('@') || name.Contains(',') || name.Contains('/'))
                v.Wrong(TaskKeys.Task, source, 0, $"expected a name without @, comma and slash, got {name}");
            if (v.Errors.Count > 0)
                return null;
            (string, string)[] subsets = Subsets();
            string harness = v.Take(TaskKeys.Harness);
            IReadOnlyList<string> choices = v.Take(TaskKeys.Choices);
            var task = new EvalTask(name, kind)
            {
                Harness = harness,
                Version = version,
                About = v.Take(TaskKeys.About),
                Official = v.Take(TaskKeys.Official),
                Yaml = yaml,
                Source = source,
                Data = [.. Enumerable.Range(0, v.Count(TaskDataKeys.List)).Select(Data)],
                Subsets = subsets,
                Groups = Groups(subsets),
                Mean = v.Take(TaskKeys.Mean),
                Preprocess = v.Take(TaskKeys.Preprocess),
                Description = Template(TaskKeys.Description),
                Prompt = FieldTemplate.Parse(prompt, $"{source}: {TaskKeys.Prompt.Path}"),
                Answer = Template(TaskKeys.Answer),
                Accepted = v.TakeTextIfGiven(TaskKeys.Accepted),
                ChoosesTexts = choices is ["texts"],
                FixedChoices = choices is ["labels"] or ["texts"] ? [] : choices,
                Delimiter = v.Take(TaskKeys.Delimiter),
                Prefix = Template(TaskKeys.Prefix),
                Likelihood = v.Take(TaskKeys.Likelihood),
                Scores = Scores(kind),
                FewShot = FewShot(),
                UsesChat = v.Take(TaskKeys.Chat),
                Generation = kind == TaskKind.GenerateMatch ? Generation() : null,
                Rules = Rules(kind),
                Code = Template(TaskAnswerKeys.Program) is { } program
                    ? new CodeSettings(program, Extraction(), v.Take(TaskAnswerKeys.Seconds))
                    : null,
                HasInstructions = v.Take(TaskAnswerKeys.Instructions),
                Id = harness is TaskKeys.OwnHarness or TaskKeys.PlainHarness
                    ? name
                    : $"{name}@{harness.ToLowerInvariant()}",
            };
            Check(task);
            return task;
        }

        private DataSource Data(int i) => new(v.Require(TaskDataKeys.Test, [], source, i))
        {
            Examples = v.TakeListIfGiven(TaskDataKeys.Examples, i) ?? [],
            Columns = v.TakeListIfGiven(TaskDataKeys.Columns, i),
            Records = v.TakeTextIfGiven(TaskDataKeys.Records, i),
            Rows = v.TakeTextIfGiven(TaskDataKeys.Rows, i) is { } rows ? RowsOf(rows) : null,
            Options = v.TakeListIfGiven(TaskDataKeys.Options, i),
            Right = v.TakeTextIfGiven(TaskDataKeys.Right, i),
            RightAs = v.Take(TaskDataKeys.RightAs, i),
            Fields = Map(TaskDataKeys.Fields, i),
            Texts = Map(TaskDataKeys.Texts, i),
        };

        private MapValue Map(ConfigKey<MapValue> key, int i = 0) =>
            v.Has(key, i) ? v.Require(key, MapValue.Empty, source, i) : MapValue.Empty;

        private FieldTemplate? Template(ConfigKey<string> key) => v.TakeTextIfGiven(key) is { } text
            ? FieldTemplate.Parse(text, $"{v.Where(key.Path, source)}: {key.Path}")
            : null;

        private (string, string)[] Subsets()
        {
            MapValue map = Map(TaskKeys.Subsets);
            foreach ((string name, _) in map.Entries.Where(e => ValueTexts.Literal(e.Value) is null))
                v.Wrong(TaskKeys.Subsets, source, 0, $"{name}: expected a title, got a list or a map");
            return [.. map.Entries.Select(e => (e.Key, ValueTexts.Literal(e.Value) ?? e.Key))];
        }

        private (string, IReadOnlyList<string>)[] Groups((string Name, string Title)[] subsets)
        {
            var groups = new List<(string, IReadOnlyList<string>)>();
            foreach ((string name, DataValue value) in Map(TaskKeys.Groups).Entries)
            {
                string[] members = [.. (value as ListValue)?.Items.Select(i => ValueTexts.Literal(i) ?? "?") ?? []];
                string? stranger = members.FirstOrDefault(m => subsets.All(s => s.Name != m));
                if (members.Length == 0)
                    v.Wrong(TaskKeys.Groups, source, 0, $"{name}: expected a list of subsets, got none");
                else if (stranger is not null)
                    v.Wrong(TaskKeys.Groups, source, 0, $"{name}: expected names under subsets, got {stranger}");
                groups.Add((name, members));
            }

            return [.. groups];
        }

        private IReadOnlyList<string> Scores(TaskKind kind)
        {
            IReadOnlyList<string> known = kind == TaskKind.Perplexity ? ScoreNames.OfTexts : ScoreNames.OfChoices;
            IReadOnlyList<string> scores = v.TakeOr(
                TaskKeys.Scores, kind == TaskKind.Perplexity ? ScoreNames.OfTexts : [ScoreNames.Accuracy]);
            if (kind != TaskKind.GenerateMatch && scores.FirstOrDefault(s => !known.Contains(s)) is { } unknown)
                v.Wrong(TaskKeys.Scores, source, 0, $"expected some of {string.Join(", ", known)}, got {unknown}");
            return kind == TaskKind.GenerateMatch ? [] : scores;
        }

        private FewShotSettings FewShot() => new(v.Take(TaskAnswerKeys.Count))
        {
            Pick = v.Take(TaskAnswerKeys.Pick),
            Source = v.Take(TaskAnswerKeys.Source),
            Seed = v.Take(TaskAnswerKeys.Seed),
            Records = v.TakeListIfGiven(TaskAnswerKeys.Records),
            Separator = v.Take(TaskAnswerKeys.Separator),
            AsTurns = v.Take(TaskAnswerKeys.Turns),
            Prompt = Template(TaskAnswerKeys.ShotPrompt),
            Answer = Template(TaskAnswerKeys.ShotAnswer),
        };

        private GenerationSettings Generation()
        {
            double temperature = v.Take(TaskAnswerKeys.Temperature), topP = v.Take(TaskAnswerKeys.TopP);
            int topK = v.Take(TaskAnswerKeys.TopK), samples = v.Take(TaskAnswerKeys.Samples);
            if (temperature == 0 && (v.Has(TaskAnswerKeys.TopP) || v.Has(TaskAnswerKeys.TopK)))
            {
                v.Wrong(
                    TaskAnswerKeys.Temperature, source, 0,
                    "expected a temperature above 0 beside generation.top_p and top_k, got 0: greedily nothing is "
                        + "drawn");
            }

            return new GenerationSettings(
                v.TakeListIfGiven(TaskAnswerKeys.Stop) ?? [], v.Take(TaskAnswerKeys.MaxTokens), samples,
                temperature == 0 ? null : new(Temperature: temperature, TopK: topK, TopP: topP));
        }

        private ICodeExtraction? Extraction() => v.TakeTextIfGiven(TaskAnswerKeys.Extract) is { } name
            ? CodeExtractions.Named(name)
            : null;

        private (string, string)[] Rules(TaskKind kind)
        {
            MapValue map = Map(TaskAnswerKeys.Rules);
            (string Score, string Rule)[] rules =
                [.. map.Entries.Select(e => (e.Key, ValueTexts.Literal(e.Value) ?? ""))];
            foreach ((string score, string rule) in rules)
            {
                try
                {
                    _ = AnswerRules.Named(rule);
                }
                catch (UserException e)
                {
                    v.Wrong(TaskAnswerKeys.Rules, source, 0, $"{score}: {e.Message}");
                }
            }

            bool needsOne = kind == TaskKind.GenerateMatch && rules.Length == 0 && !v.Has(TaskAnswerKeys.Program)
                && !v.Take(TaskAnswerKeys.Instructions);
            return needsOne ? [("exact_match", "exact_match")] : rules;
        }

        /// <summary>What takes more than one key to see.</summary>
        private void Check(EvalTask task)
        {
            bool writes = task.Kind == TaskKind.GenerateMatch;
            if (!writes && (v.Has(TaskAnswerKeys.Rules) || v.Has(TaskAnswerKeys.Program) || v.Has(TaskAnswerKeys.Stop)))
            {
                v.Wrong(
                    TaskKeys.Kind, source, 0, "expected generate_match beside rules, code and generation, got another");
            }

            if (writes && !task.HasInstructions && task.Code is null && task.Answer is null && task.Accepted is null)
            {
                v.Errors.Add(
                    $"{source}: answer: missing: expected the right answer ({{{{ answer }}}}), which the rules compare "
                        + "with");
            }

            if (writes && task.Likelihood == Likelihood.WholeText)
                v.Wrong(TaskKeys.Likelihood, source, 0, "expected it with kind: multiple_choice alone");
            if (task.Kind == TaskKind.Perplexity && task.FewShot.Count > 0)
                v.Wrong(TaskAnswerKeys.Count, source, 0, "expected 0 with kind: perplexity: texts have no examples");
        }
    }
}
