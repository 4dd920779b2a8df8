using MolEngine.Engine.Batches;
using MolEngine.Runs;
using MolEngine.Runs.Records;

namespace MolEngine.Trainer.Training;

/// <summary>Keeps the first validation of a run and its last one beside each other, document by document.</summary>
internal static class HeldOutRounds
{
    /// <summary>Takes a validation into held_out.json.</summary>
    /// <param name="corpora">At least one.</param>
    public static void Keep(string runDirectory, long step, IReadOnlyList<CorpusFigures> corpora)
    {
        IReadOnlyList<HeldOutCorpus> before = RunFacts.HeldOut(runDirectory);
        RunFacts.Write(
            runDirectory,
            [.. corpora.Select(c => Joined(before.FirstOrDefault(b => b.Corpus == c.Corpus), step, c))]);
    }

    private static HeldOutCorpus Joined(HeldOutCorpus? before, long step, CorpusFigures c)
    {
        DocumentFigures[] each = [.. c.Each.Where(d => d.Tokens > 0)];
        int[] tokens = [.. each.Select(d => d.Tokens)];
        var now = new HeldOutRound(
            step, [.. each.Select(d => d.CrossEntropy)],
            each.All(d => d.KlDivergence is not null) ? [.. each.Select(d => d.KlDivergence!.Value)] : null);

        // A resumed run may hold out other documents, and begins to compare anew then.
        bool goesOn = before is not null && before.First.Step < step && before.Tokens.SequenceEqual(tokens);
        return new HeldOutCorpus(c.Corpus, c.Kind.Name(), tokens, goesOn ? before!.First : now, now);
    }
}
