using System.Text;
using System.Text.Json;
using MolEngine.Kernels.Collectives;
using MolEngine.Kernels.Cpu.Simd;
using MolEngine.Kernels.Ops;
using MolEngine.Trainer.Checkpoints;
using MolEngine.Trainer.Ranks;
using MolEngine.Trainer.Training;

namespace MolEngine.Trainer.Jobs;

/// <summary>Model and data on every rank of a run, and that they are the same ones.</summary>
internal static class RankLoading
{
    /// <summary>What decides bits besides the run's identity, by name.</summary>
    private const string Program = "program", Vectors = "SIMD";

    /// <summary>
    /// Loads. The first rank of each host goes first, so that the others find the tokens that it has cached.
    /// </summary>
    /// <param name="make">Makes this rank's session.</param>
    /// <exception cref="Exception">As <see cref="RankTeam.Agree"/>.</exception>
    public static TrainingSession Load(Communicator ranks, Func<TrainingSession> make)
    {
        if (ranks.IsAlone)
            return make();
        TrainingSession? session = null;
        void Make()
        {
            session = make();
            RequireHost(session.Ops, ranks);
        }

        try
        {
            RankTeam.Agree(ranks, ranks.LocalRank == 0 ? Make : null);
            RankTeam.Agree(ranks, ranks.LocalRank > 0 ? Make : null);
            RunIdentity identity = session!.Identity();
            byte[] told = ranks.Share(Encoding.UTF8.GetBytes(Text(identity)), root: 0);
            RankTeam.Agree(ranks, () => RequireSame(identity, Encoding.UTF8.GetString(told)));
            return session;
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    private static void RequireHost(Ops ops, Communicator ranks)
    {
        if (ops.Gpu is not null)
        {
            throw new UserException(
                $"device: expected cpu in a run of {ranks.Size} ranks, got {ops.Description}: ranks of GPUs need NCCL, "
                + "which this version does not speak. Set device: cpu, or start one process.");
        }
    }

    private static void RequireSame(RunIdentity own, string told)
    {
        Facts first = JsonSerializer.Deserialize<Facts>(told)!, here = FactsOf(own);
        var theirs = new RunIdentity(first.Model, first.Data, first.Settings) { Files = first.Files };
        List<string> differences = [.. own.DifferencesFrom(theirs)];
        foreach (string name in (string[])[Program, Vectors])
        {
            if (first.Machine[name] != here.Machine[name])
                differences.Add($"{name}: {first.Machine[name]} on rank 0, {here.Machine[name]} here");
        }

        if (differences.Count > 0)
        {
            throw new UserException(
                $"expected the run that rank 0 has, got another: {string.Join("; ", differences)}. Give all ranks the "
                + "same files, program and kind of processor.");
        }
    }

    private static string Text(RunIdentity identity) => JsonSerializer.Serialize(FactsOf(identity));

    private static Facts FactsOf(RunIdentity i)
    {
        var machine = new Dictionary<string, string>
        {
            [Program] = typeof(RankLoading).Assembly.GetName().Version!.ToString(),
            [Vectors] = SimdLevels.Best.ToString(),
        };
        return new Facts(i.Model, i.Data, i.Settings, i.Files, machine);
    }

    private sealed record Facts(
        string Model, string Data, IReadOnlyDictionary<string, string> Settings,
        IReadOnlyDictionary<string, string> Files, IReadOnlyDictionary<string, string> Machine);
}
