using MolEngine.Basics.Numerics;
using MolEngine.Basics.Text;
using MolEngine.Runs.Records;

namespace MolEngine.Runs.Comparisons;

/// <summary>One measured change, and how sure it is.</summary>
/// <param name="Loss">Above 0 where the model is worse than the base.</param>
/// <param name="Scale">What 1 % is of.</param>
/// <param name="P">Of the test; null of a distance, which cannot be below 0.</param>
/// <param name="N">Pairs that it is of.</param>
/// <param name="Unit">Of the pairs, in the singular.</param>
/// <param name="In">What the change is in.</param>
public sealed record Measure(
    string Name, bool IsDomain, Interval Loss, double Scale, double? P, int N, string Unit, string In, string Test)
{
    /// <summary>A change is sure where its interval has no 0 and the test's p is below.</summary>
    public const double Level = 0.05;

    /// <summary>Answers are lost to more than guessing where that alone loses as many less often.</summary>
    private const double GuessingLevel = 0.01;

    /// <summary>Of fewer pairs nothing is said: no sign test of five can be below 5 %.</summary>
    public const int FewestPairs = 6;

    /// <summary>What a distance from the base is in.</summary>
    public const string Distance = "nats a token away from the base (KL over the whole vocabulary)";

    /// <summary>A change by a smaller part of the base's figure is none.</summary>
    public const double Little = 0.01;

    /// <summary>Losing a larger part is forgetting.</summary>
    private const double Much = 0.05;

    /// <summary>A distance of this part of the base's cross-entropy is far.</summary>
    private const double Far = 0.1;

    public const string Rule =
        "Sure is a change whose 95 % interval leaves 0 out and whose test has p < 0.05. Learned, or better: surely "
        + "better by 1 % or more (of the base's cross-entropy; of a task's items). Kept: surely changed by less than "
        + "1 %. Lost a little: surely worse by 1 % or more; from 5 % on, forgot. Of general text the distance from the "
        + "base counts too, KL(model || base), which shows what cross-entropy does not where a model was trained on "
        + "such text: within 1 % of the base's cross-entropy it kept, from 10 % on it moved far, which is called "
        + "forgetting; between them it drifted. Anything else is too little to tell. Each measure is judged by itself, "
        + "and the worst decides: p is not adjusted for their number.";

    /// <summary>The change of a text's cross-entropy, in nats a token.</summary>
    /// <param name="before">The base's.</param>
    /// <param name="p">Of the sign test over documents.</param>
    public static Measure OfCrossEntropy(
        string name, bool isDomain, Interval change, double before, double p, int documents) =>
        new(name, isDomain, change, before, p, documents, "document", TextChange.Nats, "sign test");

    /// <summary>How far a model moved from the base on general text.</summary>
    /// <param name="before">The base's cross-entropy.</param>
    public static Measure OfDistance(string name, Interval kl, double before, int documents) =>
        new(name, false, kl, before, null, documents, "document", Distance, "");

    /// <summary>Answers that are right or wrong; null where there are none.</summary>
    public TaskChange? Answers { get; init; }

    /// <summary>Whether it is a distance from the base: none is a gain.</summary>
    public bool IsDistance => P is null;

    public Finding Finding
    {
        get
        {
            if (N < FewestPairs)
                return Finding.Unclear;
            double little = Little * Scale;
            if (IsDistance)
            {
                return Loss.High <= little ? Finding.Same
                    : Loss.Value >= Far * Scale && Loss.Low > little ? Finding.Worse
                    : Loss.Value >= little ? Finding.ALittleWorse
                    : Finding.Unclear;
            }

            if (Loss.Low >= -little && Loss.High <= little)
                return Finding.Same;
            if (!Loss.ExcludesZero || P >= Level)
                return Finding.Unclear;
            return Loss.Value switch
            {
                var loss when loss >= Much * Scale => Finding.Worse,
                var loss when loss >= little => Finding.ALittleWorse,
                var loss when loss <= -little => Finding.Better,
                _ => Finding.Same,
            };
        }
    }

    /// <summary>
    /// Whether a mean that tells of no loss hides one: 5 % of the items and more, six at least, were right and are
    /// wrong, surely beyond what guessing does.
    /// </summary>
    public bool HidesLosses => Finding < Finding.ALittleWorse && Answers is { } a
        && a.LostAdjusted >= Much * N && a.Lost >= FewestPairs && (a.LostP ?? 0) < GuessingLevel;

    /// <summary>The finding in words, of this measure alone.</summary>
    public string Word => (Finding, IsDomain) switch
    {
        (Finding.ALittleWorse, _) when IsDistance => "drifted",
        (Finding.Worse, _) when IsDistance => "moved far",
        (Finding.Better, true) => "learned",
        (Finding.Better, false) => "better",
        (Finding.Same, true) => "hardly changed",
        (Finding.Same, false) => "kept",
        (Finding.Unclear, _) => "too little to tell",
        (Finding.ALittleWorse, _) => "lost a little",
        (_, true) => "got worse",
        _ => "forgot",
    };

    /// <summary>"forgot general (+0.097 nats a token, 95 % +0.050 .. +0.150, n = 40 documents, sign test p = 0.01)".
    /// </summary>
    public string Clause => $"{Phrase} {Names.Shortened(Name)} ({Figures}){Hidden}";

    /// <summary>The change with interval, n and test.</summary>
    public string Figures
    {
        get
        {
            // Cross-entropy rises where the model is worse, a score falls.
            bool isScore = In != TextChange.Nats && !IsDistance;
            Interval change = isScore ? -Loss : Loss;
            string test = P is { } p ? $", {Test} {Probability(p)}" : "";
            string flow = Answers is { } a ? $", {a.Lost} lost and {a.Gained} gained" : "";
            return $"{Numbers.Signed(change.Value)} {In}, 95\u00a0% {Numbers.Signed(change.Low)} to "
                + $"{Numbers.Signed(change.High)}, n\u00a0=\u00a0{Counts.Of(N, Unit)}{flow}{test}";
        }
    }

    private string Hidden => HidesLosses
        ? $": the mean hides {Counts.Of(Answers!.Lost, "right answer")} that went wrong"
        : "";

    /// <summary>The finding in words that a name follows: "learned", "lost a little of".</summary>
    public string Phrase => (Finding, IsDomain) switch
    {
        (Finding.ALittleWorse, _) when IsDistance => "drifted on",
        (Finding.Worse, _) when IsDistance => "moved far on",
        (Finding.Same, _) when IsDistance => "stayed what it was on",
        (Finding.Better, true) => "learned",
        (Finding.Better, false) => "does better on",
        (Finding.Same, true) => "hardly changed on",
        (Finding.Same, false) => "kept",
        (Finding.Unclear, _) => "shows too little to tell on",
        (Finding.ALittleWorse, _) => "lost a little of",
        (_, true) => "got worse on",
        _ => "forgot some of",
    };

    /// <summary>"p = 0.03", "p &lt; 0.001".</summary>
    public static string Probability(double p) => p < 0.001 ? "p\u00a0<\u00a00.001" : $"p\u00a0=\u00a0{p:0.###}";
}
