using MolEngine.Basics.Text;

namespace MolEngine.Runs.Metrics;

/// <summary>
/// A figure of a run, by the name that it has in metrics.jsonl. Whoever writes, shows or reads the figure asks for this
/// object: the name stands here alone.
/// </summary>
public sealed record Metric(string Name)
{
    /// <summary>Passes over the data so far.</summary>
    public static readonly Metric Epoch = new("epoch");

    /// <summary>What the optimizer minimises, the mean over a step's rows.</summary>
    public static readonly Metric Loss = new("loss") { Label = "loss", Text = x => $"{x:F4}" };

    /// <summary>What the rows of each corpus are trained with: their part of the loss, the mean over rows.</summary>
    public static readonly Metric CorpusLoss = new("corpus_loss");

    /// <summary>Cross-entropy in nats a token, by corpus.</summary>
    public static readonly Metric CrossEntropy = new("ce") { Label = "ce", Text = x => $"{x:F4}" };

    /// <summary>Reverse KL divergence to the base model in nats a token, by corpus.</summary>
    public static readonly Metric KlDivergence = new("kl") { Label = "kl", Text = Numbers.FixedKl };

    /// <summary>KL divergence of the base model to the student in nats a token, by corpus.</summary>
    public static readonly Metric ForwardKl = new("kl_forward");

    /// <summary>
    /// What the reverse KL over the whole vocabulary exceeds that over the base's top n and the rest by, by corpus:
    /// what training does not see of it. Never negative.
    /// </summary>
    public static readonly Metric KlGap = new("kl_gap");

    /// <summary>The same of the forward KL.</summary>
    public static readonly Metric ForwardKlGap = new("kl_forward_gap");

    /// <summary>The student's probability of all tokens outside the base model's top n, the mean over rows.</summary>
    public static readonly Metric TailMass = new("tail_mass");

    /// <summary>L2 norm of the whole gradient before clipping.</summary>
    public static readonly Metric GradNorm = new("grad_norm") { Label = "grad", Text = Numbers.Fixed };

    /// <summary>The same of domain rows alone.</summary>
    public static readonly Metric GradNormDomain = new("grad_norm_domain");

    /// <summary>The same of general rows alone.</summary>
    public static readonly Metric GradNormGeneral = new("grad_norm_general");

    public static readonly Metric LearningRate = new("learning_rate") { Label = "lr", Text = x => $"{x:0.00e+00}" };

    /// <summary>Tokens of a step.</summary>
    public static readonly Metric Tokens = new("tokens");

    public static readonly Metric TokensPerSecond = new("tokens_per_second") { Unit = "tok/s", Text = x => $"{x:N0}" };

    /// <summary>Rows of a step.</summary>
    public static readonly Metric Rows = new("rows");

    /// <summary>Rows of a step without a token that something predicts.</summary>
    public static readonly Metric EmptyRows = new("empty_rows");

    /// <summary>Memory of the process.</summary>
    public static readonly Metric MemoryBytes = new("memory_bytes");

    /// <summary>Memory of the GPU that this process holds.</summary>
    public static readonly Metric DeviceMemoryBytes = new("device_memory_bytes");

    /// <summary>Share of the questions that are answered, by exact match.</summary>
    public static readonly Metric ExactMatch = new("exact_match") { Group = "questions" };

    /// <summary>Headline scores of the benchmarks, by task.</summary>
    public static readonly Metric Benchmark = new("eval") { Group = "eval" };

    /// <summary>
    /// What stands before the figure in a line of progress: "grad". Without label and unit it is in none.
    /// </summary>
    public string Label { get; init; } = "";

    /// <summary>What stands behind the figure in a line of progress: "tok/s".</summary>
    public string Unit { get; init; } = "";

    /// <summary>The figure in a line of progress.</summary>
    public Func<double, string> Text { get; init; } = x => $"{x}";

    /// <summary>
    /// Where TensorBoard shows the figure; null beside those of its step, training's or a validation's.
    /// </summary>
    public string? Group { get; init; }

    /// <summary>The name for people: "learning rate".</summary>
    public string Title => Name.Replace('_', ' ');
}
