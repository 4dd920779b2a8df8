namespace MolEngine.Oracle.Tests;

/// <summary>
/// Finite differences of the loss prove the gradient of every tensor, with no reference file at hand.
/// </summary>
public sealed class OracleGradientTests
{
    private const double Step = 1e-4;

    private static readonly OracleLossSettings Settings = new(0.3, 5);

    public static TheoryData<string> Models => [.. TinyModels.Names];

    [Theory]
    [MemberData(nameof(Models))]
    public void Base_weights(string name)
    {
        OracleModel model = TinyModels.Make(name), baseline = TinyModels.Make(name, 2);
        OracleBatch batch = TinyModels.Batch(model.Config);
        OracleForward reference = baseline.Forward(batch);
        Check(model.Weights, trained => model.Forward(batch, null, trained ? OracleTrained.Base : OracleTrained.Nothing)
            .MolLoss(Settings, TinyModels.General, reference));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Adapters(string name)
    {
        OracleModel model = TinyModels.Make(name);
        OracleLora lora = TinyModels.Adapter(model.Config);
        OracleBatch batch = TinyModels.Batch(model.Config);
        OracleForward reference = model.Forward(batch);
        Check(lora.Tensors, trained => model.Forward(batch, lora, trained ? OracleTrained.Lora : OracleTrained.Nothing)
            .MolLoss(Settings, TinyModels.General, reference));
    }

    /// <summary>
    /// The gate of cross-entropy by the label's probability is a constant for the gradient, and no finite difference
    /// shows that: <see cref="OracleRuleTests"/> does.
    /// </summary>
    [Theory]
    [InlineData(OracleLossKind.Mol, 1)]
    [InlineData(OracleLossKind.Mol, 0.4)]
    [InlineData(OracleLossKind.MaskedKl, 0)]
    [InlineData(OracleLossKind.MaskedKl, 0.4)]
    [InlineData(OracleLossKind.Eaft, 0)]
    public void Every_loss(OracleLossKind kind, double forwardShare)
    {
        OracleModel model = TinyModels.Make("qwen3"), baseline = TinyModels.Make("qwen3", 2);
        OracleBatch batch = TinyModels.Batch(model.Config);
        OracleForward reference = baseline.Forward(batch);
        OracleLossSettings settings = Settings with { Kind = kind, ForwardShare = forwardShare };
        Check(model.Weights, trained => model.Forward(batch, null, trained ? OracleTrained.Base : OracleTrained.Nothing)
            .MolLoss(settings, TinyModels.General, reference));
    }

    [Fact]
    public void Cross_entropy_alone()
    {
        OracleModel model = TinyModels.Make("qwen3");
        OracleBatch batch = TinyModels.Batch(model.Config);
        Check(model.Weights,
            trained => model.Forward(batch, null, trained ? OracleTrained.Base : OracleTrained.Nothing).CeLoss());
    }

    [Fact]
    public void A_second_loss_of_one_pass_starts_from_zero_gradients()
    {
        OracleModel model = TinyModels.Make("llama3");
        OracleBatch batch = TinyModels.Batch(model.Config);
        OracleForward pass = model.Forward(batch, trained: OracleTrained.Base),
            reference = TinyModels.Make("llama3", 2).Forward(batch);
        OracleLoss first = pass.MolLoss(Settings, TinyModels.General, reference);
        OracleLoss other = pass.CeLoss(), again = pass.MolLoss(Settings, TinyModels.General, reference);
        Assert.NotEqual(first.GradientNorm, other.GradientNorm);
        foreach ((string tensor, double[] gradient) in first.Gradients)
            Assert.Equal(gradient, again.Gradients[tensor]);
    }

    /// <summary>
    /// For each tensor the derivative along a random direction, and by its element of the largest gradient. Central
    /// differences of fourth order: (8 (L(h) - L(-h)) - (L(2h) - L(-2h))) / 12 h.
    /// </summary>
    private static void Check(IReadOnlyDictionary<string, double[]> parameters, Func<bool, OracleLoss> loss)
    {
        OracleLoss at = loss(true);
        Assert.Equal(parameters.Keys.Order(), at.Gradients.Keys.Order());
        var random = new Random(11);
        foreach ((string name, double[] gradient) in at.Gradients)
        {
            double[] direction = Array.ConvertAll(gradient, _ => TinyModels.Normal(random)),
                element = new double[gradient.Length];
            element[Array.IndexOf(gradient, gradient.MaxBy(Math.Abs))] = 1;
            Assert.True(gradient.Any(g => Math.Abs(g) > 1e-4), $"{name}: no gradient to speak of");
            foreach (double[] d in new[] { direction, element })
            {
                double L(double h) => Moved(parameters[name], d, h, () => loss(false).Loss);
                double difference = (8 * (L(Step) - L(-Step)) - (L(2 * Step) - L(-2 * Step))) / (12 * Step);
                double exact = gradient.Zip(d, (a, b) => a * b).Sum();
                Assert.True(
                    Math.Abs(difference - exact) <= 1e-8 * Math.Abs(exact) + 1e-9,
                    $"{name}: {exact:R}, by finite differences {difference:R}");
            }
        }
    }

    private static double Moved(double[] x, double[] direction, double h, Func<double> loss)
    {
        double[] before = [.. x];
        for (int i = 0; i < x.Length; i++)
            x[i] += h * direction[i];
        double value = loss();
        before.CopyTo(x, 0);
        return value;
    }
}
