using MolEngine.Runs.Metrics;
using MolEngine.Runs.Records;

namespace MolEngine.Runs.Advising;

/// <summary>
/// Looks at a run's validations as they come, and says what <see cref="AdviceRules"/> say: of each corpus and rule
/// once.
/// </summary>
public sealed class Advisor
{
    private readonly Dictionary<string, Course> _courses;
    private readonly List<Advice> _said = [];

    /// <param name="corpora">Those of the run; one that is not general is domain text.</param>
    public Advisor(IEnumerable<CorpusFacts> corpora) =>
        _courses = corpora.ToDictionary(c => c.Name, c => new Course(c.Kind == "general"));

    /// <summary>All that was said, in order.</summary>
    public IReadOnlyList<Advice> Said => _said;

    /// <summary>Looks at how often a domain corpus comes round; general text is only held to.</summary>
    /// <inheritdoc cref="AdviceRules.OfRepeats" path="/param"/>
    /// <returns>What is said of it now.</returns>
    public IEnumerable<Advice> Plan(string corpus, long rows, double seen) =>
        _courses[corpus].IsGeneral
            ? []
            : Say(0, [(AdviceRules.Repeats, corpus, AdviceRules.OfRepeats(corpus, rows, seen))]);

    /// <summary>Takes the cross-entropy of a step's rows, by corpus.</summary>
    public void Step(IEnumerable<(string Corpus, double Ce)> rows)
    {
        foreach ((string corpus, double ce) in rows)
        {
            if (_courses.TryGetValue(corpus, out Course? course))
                course.Trained.Add(ce);
        }
    }

    /// <summary>Takes a validation.</summary>
    /// <returns>What is said after it.</returns>
    public IReadOnlyList<Advice> Validation(ValidationRound round)
    {
        var found = new List<(string, string, string?)>();
        foreach (ValidatedCorpus c in round.Corpora)
        {
            if (_courses.TryGetValue(c.Name, out Course? course))
                found.AddRange(course.Take(c));
        }

        return Say(round.Step, found);
    }

    /// <summary>Takes in what a run has logged before it goes on.</summary>
    public void Replay(MetricsLog log)
    {
        var rows = MetricsLog.Of(log.Training, Metric.CrossEntropy)
            .SelectMany(s => s.Points.Select(p => (p.X, Corpus: s.Part ?? "", p.Y))).OrderBy(p => p.X).ToArray();
        int at = 0;
        foreach (ValidationRound round in ValidationRound.Of(log))
        {
            for (; at < rows.Length && rows[at].X <= round.Step; at++)
                Step([(rows[at].Corpus, rows[at].Y)]);
            Validation(round);
        }

        Step(rows[at..].Select(r => (r.Corpus, r.Y)));
    }

    private Advice[] Say(long step, IEnumerable<(string Rule, string Corpus, string? Text)> found)
    {
        Advice[] now =
        [
            .. found.Where(f => f.Text is not null && !_said.Any(a => a.Rule == f.Rule && a.Corpus == f.Corpus))
                .Select(f => new Advice(step, f.Rule, f.Corpus, f.Text!)),
        ];
        _said.AddRange(now);
        return now;
    }

    /// <summary>The way of a corpus through a run.</summary>
    private sealed class Course(bool isGeneral)
    {
        private readonly List<double> _ce = [];

        /// <summary>Mean cross-entropy of the rows before each validation since the one before; null of none.</summary>
        private readonly List<double?> _before = [];

        public bool IsGeneral => isGeneral;

        /// <summary>Cross-entropy of rows since the last validation.</summary>
        public List<double> Trained { get; } = [];

        public IEnumerable<(string Rule, string Corpus, string? Text)> Take(ValidatedCorpus c)
        {
            _ce.Add(c.CrossEntropy);
            _before.Add(Trained.Count == 0 ? null : Trained.Average());
            Trained.Clear();
            if (isGeneral)
                return [(AdviceRules.Forgetting, c.Name, AdviceRules.OfForgetting(c.Name, _ce, c.KlDivergence))];
            (double, double)? trained = _ce.Count > AdviceRules.InARow
                && _before[^(AdviceRules.InARow + 1)] is { } then && _before[^1] is { } now ? (then, now) : null;
            return
            [
                (AdviceRules.Plateau, c.Name, AdviceRules.OfPlateau(c.Name, _ce)),
                (AdviceRules.Divergence, c.Name, AdviceRules.OfDivergence(c.Name, _ce, trained)),
            ];
        }
    }
}
