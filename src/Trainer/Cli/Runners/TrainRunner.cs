using MolEngine.Kernels.Collectives;
using MolEngine.Server.Live;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Display;
using MolEngine.Trainer.Jobs;
using MolEngine.Trainer.Ranks;

namespace MolEngine.Trainer.Cli.Runners;

internal static class TrainRunner
{
    /// <param name="load">Reads the config: on every rank, where a launcher has started several.</param>
    /// <param name="port">Where the run's page is served; null serves none.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(Func<RunConfig> load, bool resume, int? port, CommandContext context)
    {
        Communicator ranks = context.Join();
        if (ranks.IsAlone)
            return Lead(Whole(load(), context), resume, port, RankTeam.Alone, context);

        // Asked for now: what follows may fail on some ranks alone.
        _ = ranks.Hosts;
        RunConfig? run = null;
        RankTeam.Agree(ranks, () => run = OnHost(Whole(load(), context), ranks));
        ranks.Timeout = run!.CollectivesTimeout;
        using var log = new RankLog(run.Output, ranks.Rank);
        var team = new RankTeam(ranks, log);
        log.Write($"{ranks.NameOf(ranks.Rank)}, process {Environment.ProcessId}, {ranks.Description}");
        context.StopOnWarning();
        try
        {
            return ranks.Rank == 0 ? Lead(run, resume, port, team, context) : Follow(run, team, context);
        }
        catch (Exception e) when (e is not OtherRankException && (ranks.Rank > 0 || team.IsBroken))
        {
            End(team, e, context);
            throw new OtherRankException(ExitCode.Failed);
        }
    }

    /// <summary>The first rank runs the run.</summary>
    private static int Lead(RunConfig config, bool resume, int? port, RankTeam team, CommandContext context)
    {
        context.LetOutputGo();
        context.GivenUp = "the steps since the last checkpoint are lost; the run resumes from there";
        using IRunDisplay plain = context.OpenDisplay(context.Out);
        IRunDisplay display = team.Ranks.IsAlone ? plain : new RankDisplay(plain, team.Ranks);
        CancellationToken stop = context.Interrupted;
        LiveServer? page = port is { } at ? WatchedRun.Serve(config.Output, at, context) : null;
        try
        {
            if (page is not null)
                display.Note($"watch      {page.Address} shows the run as it goes on");
            if (!team.Ranks.IsAlone)
                display.Note($"ranks      {team.Ranks.Description}, {config.Threads} threads each");
            TrainingJob.Execute(config, resume, display, stop, team: team);
        }
        finally
        {
            if (page is not null)
                WatchedRun.Stop(page);
        }

        return ExitCode.Done;
    }

    /// <summary>The others compute what it says, and tell their logs alone.</summary>
    private static int Follow(RunConfig config, RankTeam team, CommandContext context)
    {
        context.SaySignalsTo(team.Log.Write);
        using var display = new RankDisplay(new ProgressPrinter(new RankLogWriter(team.Log)), team.Ranks);
        return RankFollower.Run(config, team, display, context.Interrupted);
    }

    /// <summary>
    /// Says why this rank cannot go on, and ends all. Of several that see the same, the first speaks, and the others
    /// are gone before it is their turn.
    /// </summary>
    private static void End(RankTeam team, Exception e, CommandContext context)
    {
        if (e is CollectiveException)
            Thread.Sleep(TimeSpan.FromSeconds(Math.Min(team.Ranks.Rank, 10) * 0.5));
        string said = $"{team.Ranks.NameOf(team.Ranks.Rank)}: {e.Message}";
        team.Log.Write(said);
        context.Error.WriteLine($"molengine: {said}");
        if (Environment.GetEnvironmentVariable(Faults.TraceVariable) == "1")
            context.Error.WriteLine(e);
        context.Error.Flush();
        team.Ranks.Abort(said);
    }

    /// <summary>A run whose inputs are whole.</summary>
    private static RunConfig Whole(RunConfig config, CommandContext context)
    {
        if (config.Init.Kind == InitKind.Pretrained)
        {
            NamedInputs.RequireWhole(config.Model);
            context.Weights.Add(config.Model);
        }

        NamedInputs.RequireWhole(config.Base);
        NamedInputs.RequireWhole(config.Lora.From);
        if (config.Lora.From is { } from)
            context.Weights.Add(from);
        return config;
    }

    /// <summary>Where a launcher has not bound each rank to cores of its own, they share those of the host.</summary>
    private static RunConfig OnHost(RunConfig config, Communicator ranks) => config.TakesAllCores
        ? config with { Threads = Math.Clamp(MachineInfo.Cores / ranks.LocalSize, 1, config.Threads) }
        : config;
}
