using System.Text.Json;
using MolEngine.Basics.Files;
using MolEngine.Basics.Text;

namespace MolEngine.Trainer.Training;

/// <summary>
/// skipped.json: batches of a run's stream of rows that are passed over, as the loss jumped on them. A run that goes on
/// from a checkpoint passes over the same ones.
/// </summary>
internal sealed class SkippedBatches
{
    private const string FileName = "skipped.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
    };

    private readonly List<Skip> _all;

    private SkippedBatches(List<Skip> all) => _all = all;

    /// <summary>How often the run went back.</summary>
    public int Times => _all.Count;

    /// <summary>Those of a run directory.</summary>
    /// <exception cref="UserException">The file is there and cannot be understood.</exception>
    public static SkippedBatches Of(string runDirectory)
    {
        string path = Path.Combine(runDirectory, FileName);
        if (!File.Exists(path))
            return new SkippedBatches([]);
        try
        {
            List<Skip> all = StrictJson.Read<List<Skip>>(File.ReadAllText(path), Json);
            if (all.Any(s => s is not { AfterStep: >= 0, Batches: > 0 }))
                throw new JsonException("expected steps of at least 0 and batches of at least 1");
            return new SkippedBatches(all);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UserException(
                $"{path}: expected what a run has passed over, got \"{e.Message}\". Put the file back: without it "
                + "the run would go on with other rows.");
        }
    }

    /// <summary>Batches that are passed over before a step.</summary>
    /// <param name="step">From 0.</param>
    public long Before(long step) => _all.Where(s => s.AfterStep <= step).Sum(s => s.Batches);

    /// <summary>Adds batches to the file.</summary>
    /// <param name="afterStep">Steps that the run goes back to.</param>
    /// <exception cref="FileWriteException">It cannot be written.</exception>
    public void Add(string runDirectory, long afterStep, long batches)
    {
        _all.Add(new Skip(afterStep, batches));
        DurableFiles.WriteText(Path.Combine(runDirectory, FileName), JsonSerializer.Serialize(_all, Json) + "\n");
    }

    private sealed record Skip(long AfterStep, long Batches);
}
