using MolEngine.Engine.Generation;

namespace MolEngine.Data.Synthesis;

/// <summary>Makes drafts together over a batch.</summary>
/// <param name="rows">Drafts at work at a time.</param>
public sealed class DraftRunner(GenerationBatch batch, int rows)
{
    /// <summary>
    /// Drafts that may be begun for each row: those that are done early wait for the ones before them.
    /// </summary>
    private const int AheadOfRow = 4;

    /// <summary>Tokens generated so far.</summary>
    public long Tokens { get; private set; }

    /// <summary>
    /// The drafts, done, in the order they are given in. They are taken only as there is room for them.
    /// </summary>
    /// <param name="drafts">May be without end: whoever has enough stops asking.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the batch is without what was asked.</exception>
    /// <inheritdoc cref="GenerationBatch.Step" path="/exception"/>
    public IEnumerable<T> Run<T>(IEnumerable<T> drafts, CancellationToken cancel)
        where T : Draft
    {
        using IEnumerator<T> more = drafts.GetEnumerator();
        var begun = new Queue<T>();
        var working = new Dictionary<GenerationRow, T>();
        var done = new HashSet<T>();
        bool hasMore = true;
        try
        {
            do
            {
                cancel.ThrowIfCancellationRequested();
                while (working.Count < rows && begun.Count < AheadOfRow * rows && (hasMore = more.MoveNext()))
                {
                    begun.Enqueue(more.Current);
                    Ask(more.Current, null);
                }

                while (begun.TryPeek(out T? first) && done.Remove(first))
                    yield return begun.Dequeue();
                if (working.Count > 0)
                    Step();
            }
            while (hasMore || begun.Count > 0);
        }
        finally
        {
            foreach (GenerationRow row in working.Keys)
                batch.Remove(row);
        }

        void Ask(T draft, GenerationRow? answer)
        {
            if (draft.Next(answer) is { } request)
                working.Add(batch.Add(request), draft);
            else
                done.Add(draft);
        }

        void Step()
        {
            foreach (GeneratedToken token in batch.Step())
            {
                Tokens++;
                if (token.Row.Stop is not null && working.Remove(token.Row, out T? draft))
                    Ask(draft, token.Row);
            }
        }
    }
}
