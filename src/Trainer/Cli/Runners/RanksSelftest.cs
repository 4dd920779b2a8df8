using System.Text;
using MolEngine.Basics.Text;
using MolEngine.Kernels.Collectives;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>`selftest --ranks`: what ranks do together, before a long run relies on it. Rank 0 tells of all.</summary>
internal static class RanksSelftest
{
    /// <summary>Longer, and no collective that is tried here would be worth a run.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <returns>An <see cref="ExitCode"/>.</returns>
    /// <exception cref="UserException">There is only this process.</exception>
    public static int Run(CommandContext context)
    {
        Communicator ranks = context.Join();
        if (ranks.IsAlone)
        {
            throw new UserException(
                $"{OptionNames.Ranks}: expected several ranks, got one process. Start it as the run will be: mpirun -n "
                + $"2 {ProgramCommand.With($"selftest {OptionNames.Ranks}")}");
        }

        ranks.Timeout = Patience;
        TextWriter output = ranks.Rank == 0 ? context.Out : TextWriter.Null;
        string names = string.Join(", ", Enumerable.Range(0, ranks.Size).Select(ranks.NameOf));
        output.WriteLine($"{ranks.Description}: {names}");
        int failed = 0, all = 0;
        try
        {
            foreach (CollectiveResult result in CollectiveCheck.Run(ranks))
            {
                byte[][] said = ranks.Exchange(Encoding.UTF8.GetBytes(result.Failure ?? ""));
                string[] failures = [.. said.Select(Encoding.UTF8.GetString)];
                Write(result, failures, ranks, output);
                failed += failures.Any(f => f.Length > 0) ? 1 : 0;
                all++;
            }
        }
        catch (CollectiveException e)
        {
            context.Error.WriteLine($"molengine: {ranks.NameOf(ranks.Rank)}: {e.Message}");
            context.Error.Flush();
            ranks.Abort(e.Message);
            throw;
        }

        output.WriteLine(failed == 0
            ? Counts.Of(all, "collective passes", "collectives pass")
            : $"{failed} of {all} collectives FAIL");
        output.Flush();
        return failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Write(CollectiveResult result, string[] failures, Communicator ranks, TextWriter output)
    {
        string outcome = failures.All(f => f.Length == 0) ? "pass" : "FAIL";
        double milliseconds = result.Time.TotalMilliseconds;
        output.WriteLine(
            $"  {result.Name,-15} {outcome,4}  {Counts.Of(result.Sizes, "size")}; {ShownSize.Of(result.Largest)} in "
            + $"{milliseconds:F2} ms");
        for (int rank = 0; rank < failures.Length; rank++)
        {
            if (failures[rank].Length > 0)
                output.WriteLine($"    {ranks.NameOf(rank)}: {failures[rank]}");
        }
    }
}
