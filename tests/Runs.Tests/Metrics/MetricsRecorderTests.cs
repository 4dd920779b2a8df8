using System.Text.Json;
using MolEngine.Runs.Metrics;

namespace MolEngine.Runs.Tests.Metrics;

public sealed class MetricsRecorderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A figure that is added once is in both files, whatever it is.</summary>
    [Fact]
    public void Every_number_of_a_line_reaches_TensorBoard_too()
    {
        string root = Path.Combine(_folder.Root, "run");
        RunDirectory.Make(root);
        RunDirectory run = RunDirectory.Create(root, "seed: 1\n");
        using (var recorder = new MetricsRecorder(run, resumedAfter: null))
        {
            recorder.Write(MetricsLine.OfStep(3).Add(Metric.Loss, 2.5).Add(Metric.CrossEntropy, [("a", 1.5), ("b", 3)])
                .Add(Metric.TailMass, 0.25).Add(new Metric("something_new"), 7).Add(
                    Metric.KlDivergence, (double?)null));
            recorder.Write(
                MetricsLine.OfValidation(3).Add(Metric.KlDivergence, [("a", 0.5)]).Add(Metric.ExactMatch, 0.75));
        }

        Assert.Equal(
        [
            ("train/loss", 3, 2.5f), ("train_ce/a", 3, 1.5f), ("train_ce/b", 3, 3), ("train/tail_mass", 3, 0.25f),
            ("train/something_new", 3, 7), ("validation_kl/a", 3, 0.5f), ("questions/exact_match", 3, 0.75f),
        ], Scalars(run.EventsPath));
        using JsonDocument line = JsonDocument.Parse(File.ReadLines(run.MetricsPath).First());
        Assert.Equal(7, line.RootElement.GetProperty("something_new").GetInt64());
    }

    private static (string Tag, long Step, float Value)[] Scalars(string folder) =>
    [
        .. TfRecordReader.Records(File.ReadAllBytes(Assert.Single(Directory.GetFiles(folder))))
            .Select(TfRecordReader.Event).Where(e => e.Tag is not null).Select(e => (e.Tag!, e.Step, e.Value!.Value)),
    ];
}
