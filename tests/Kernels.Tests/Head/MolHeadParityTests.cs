using System.Text.Json;
using MolEngine.Support;

namespace MolEngine.Kernels.Tests.Head;

/// <summary>
/// The head against the float64 references: one of 4,099 rows with ties, and the real vocabulary sizes.
/// </summary>
public abstract class MolHeadParityTests(TestBackend backend)
{
    private const int TopN = 31;

    [Fact]
    public void Head_EqualsTheReference()
    {
        var file = new ReferenceTensors(Shared.ReferencePath("cases", "head.safetensors"));
        HeadInputs inputs = HeadReference.Inputs(file);
        (int[] y, int hidden, int n) = (inputs.Targets, inputs.Hidden, inputs.TopN);
        using Ops.Ops ops = backend.Create();
        HeadRun got = HeadRun.Of(ops, inputs, weightGradient: true);
        Assert.Equal(file.Ints("base_top_ids"), got.TopIds);
        double[] logQ = file["base_top_logq"], tailQ = file["base_tail_logq"], tailP = file["student_tail_logp"];
        for (int t = 0; t < y.Length; t++)
        {
            var row = new Row(
                file["lse"][t], file["ce"][t], file["kl"][t], logQ[(t * n)..((t + 1) * n)], tailQ[t], tailP[t]);
            AssertRow($"token {t}", got, t, n, row);
        }

        HeadTolerances.HiddenGradient(got.DHidden, file["dX"], hidden);
        Compare.AssertRelativeL2("dW", got.DWeight, file["dW"], 1e-5);
    }

    [Fact]
    public void WideHead_EqualsTheReference()
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Shared.ReferencePath("cases", "wide_head.json")));
        using Ops.Ops ops = backend.Create();
        foreach (JsonElement wide in json.RootElement.EnumerateArray())
        {
            JsonElement[] rows = [.. wide.GetProperty("rows").EnumerateArray()];
            HeadInputs inputs = WideHeadInputs.Make(wide, rows, TopN);

            // Products in fp32 are slow on the virtual GPU: it has one vocabulary, and no gradient.
            if (backend.IsVirtual && inputs.Vocabulary != 151_936)
                continue;
            HeadRun got = HeadRun.Of(ops, inputs, gradients: !backend.IsVirtual);
            string where = $"V {inputs.Vocabulary}, row";
            for (int t = 0; t < rows.Length; t++)
            {
                JsonElement r = rows[t];
                int[] ids = [.. r.GetProperty("base_top_ids").EnumerateArray().Select(x => x.GetInt32())];
                Assert.Equal(ids, got.TopIds[(t * TopN)..((t + 1) * TopN)]);
                Compare.AssertAbsolute($"{where} {t}, base lse", got.BaseLse[t], Number(r, "base_lse"),
                    1e-6 * (1 + Number(r, "base_lse")));
                var row = new Row(
                    Number(r, "lse"), Number(r, "ce"), Number(r, "kl"), WideHeadInputs.Numbers(r, "base_top_logq"),
                    Number(r, "base_tail_logq"), Number(r, "student_tail_logp"));
                AssertRow($"{where} {t}", got, t, TopN, row);
            }

            if (!backend.IsVirtual)
                HeadTolerances.HiddenGradient(
                    got.DHidden, [.. rows.SelectMany(r => WideHeadInputs.Numbers(r, "dX"))], inputs.Hidden);
        }
    }

    private static void AssertRow(string where, HeadRun got, int t, int n, Row truth)
    {
        double largest = truth.Lse;
        Compare.AssertAbsolute($"{where}, lse", got.Lse[t], truth.Lse, 1e-6 * (1 + Math.Abs(largest)));
        HeadTolerances.Ce($"{where}, CE", got.Ce[t], truth.Ce, largest);
        HeadTolerances.Kl($"{where}, KL", got.Kl[t], truth.Kl);
        for (int k = 0; k < n; k++)
        {
            Compare.AssertAbsolute(
                $"{where}, log q {k}", got.TopLogits[t * n + k] - got.BaseLse[t], truth.LogQ[k],
                1e-6 * (1 + Math.Abs(largest)));
        }

        Compare.AssertAbsolute(
            $"{where}, base tail", got.BaseTail[t] - got.BaseLse[t], truth.TailQ, 1e-6 * (1 + Math.Abs(largest)));
        Compare.AssertAbsolute($"{where}, student tail", got.TailLogP[t], truth.TailP, 1e-6 * (1 + Math.Abs(largest)));
    }

    private static double Number(JsonElement row, string name) => row.GetProperty(name).GetDouble();

    private sealed record Row(double Lse, double Ce, double Kl, double[] LogQ, double TailQ, double TailP);
}

public sealed class ScalarMolHeadParityTests() : MolHeadParityTests(TestBackend.Scalar);

public sealed class Vector256MolHeadParityTests() : MolHeadParityTests(TestBackend.Vector256);

public sealed class Vector512MolHeadParityTests() : MolHeadParityTests(TestBackend.Vector512);

public sealed class VirtualF32MolHeadParityTests() : MolHeadParityTests(TestBackend.VirtualF32);
