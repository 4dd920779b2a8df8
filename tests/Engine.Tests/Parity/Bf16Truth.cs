using MolEngine.Engine.Batches;
using MolEngine.Oracle;
using MolEngine.Support;
using Xunit.Sdk;

namespace MolEngine.Engine.Tests.Parity;

/// <summary>The truth of what a bf16 backend computed, and how far from it rounding may go.</summary>
internal sealed record Bf16Truth(OracleTask Task, OracleRun Run, Bf16Bounds Bounds)
{
    /// <param name="got">Its sets are the truth's: rounding may choose others than the base's true ones.</param>
    public static Bf16Truth Of(ReferenceCase c, TokenRow[] rows, Bf16Outcome got)
    {
        OracleTask task = got.Task(c, rows);
        OracleRun truth = task.Run();
        return new Bf16Truth(task, truth, Bf16Bounds.Of(task, truth));
    }

    /// <summary>Loss, gradients and, where there is a base, its sets.</summary>
    public void Check(Bf16Outcome got)
    {
        if (Run.ReferenceLogits is { } logits)
            CheckSets(got, logits);
        Compare.AssertAbsolute("loss", got.Loss, Run.Loss.Loss, Bounds.Loss);
        GradientErrors errors = GradientErrors.Of(got.Gradients, Run.Loss.Gradients);
        AssertAtMost("median error of the gradients", errors.Median, Bounds.Gradients.Median);
        AssertAtMost("worst error of a gradient", errors.Worst, Bounds.Gradients.Worst);
    }

    /// <summary>
    /// Rounding may put an id in or out of the top n only where its logit and the border's may change places, and
    /// either may err.
    /// </summary>
    private void CheckSets(Bf16Outcome got, double[] logits)
    {
        int vocabulary = logits.Length / Task.Batch.Tokens;
        for (int token = 0; token < Task.Batch.Tokens; token++)
        {
            if (Task.Batch.Labels[token] < 0)
                continue;
            double[] z = logits[(token * vocabulary)..((token + 1) * vocabulary)];
            double border = z.OrderDescending().ElementAt(Bf16Outcome.TopN - 1), least = border, most = border;
            HashSet<int> set = [.. got.Set(token)];
            Assert.Equal(Bf16Outcome.TopN, set.Count);
            for (int id = 0; id < vocabulary; id++)
                (least, most) = set.Contains(id) ? (Math.Min(least, z[id]), most) : (least, Math.Max(most, z[id]));
            AssertAtMost($"token {token}: the border above a logit of the set", border - least, 2 * Bounds.Logit);
            AssertAtMost($"token {token}: a logit outside the set above the border", most - border, 2 * Bounds.Logit);
        }
    }

    private static void AssertAtMost(string what, double got, double bound)
    {
        if (!(got <= bound))
            throw new XunitException($"{what}: {got:G4}, allowed {bound:G4}");
    }
}
