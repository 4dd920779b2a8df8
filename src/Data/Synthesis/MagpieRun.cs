using System.Text.Json;
using MolEngine.Basics.Text;

namespace MolEngine.Data.Synthesis;

/// <summary>Makes records until there are as many as wanted, noting every attempt.</summary>
/// <param name="count">Records wanted.</param>
/// <param name="duplicate">Similarity from which on two records are the same.</param>
public sealed class MagpieRun(WorkJournal journal, int count, double duplicate)
{
    /// <summary>Attempts in a row without a record after which it is given up.</summary>
    public const int MostInVain = 300;

    private readonly NearDuplicates _known = new(duplicate);
    private readonly List<MagpieEntry> _records = [];
    private int _inVain;

    /// <summary>What came of the attempts so far, those of earlier processes too.</summary>
    public MagpieTally Tally { get; } = new();

    /// <summary>Takes what earlier processes have done.</summary>
    /// <exception cref="UserException">The notes are damaged.</exception>
    public void Resume()
    {
        for (int i = 0; i < journal.Done.Count; i++)
        {
            try
            {
                var entry = MagpieEntry.Parse(journal.Done[i]);
                Take(entry);
                if (entry.Dropped is null)
                    _known.Add(entry.Key);
            }
            catch (JsonException)
            {
                throw new UserException(
                    $"{WorkJournal.PathOf(journal.Target)}:{i + 2}: expected the notes of an attempt, got other text. "
                    + "Remove that file to begin anew");
            }
        }

        _inVain = 0;
    }

    /// <summary>Makes the records that are missing, and writes the file.</summary>
    /// <param name="progress">Told how many records there are.</param>
    /// <exception cref="RunFailedException">Attempt after attempt is dropped.</exception>
    /// <inheritdoc cref="DraftRunner.Run" path="/exception"/>
    public void Finish(Magpie magpie, DraftRunner runner, Action<long, long> progress, CancellationToken cancel)
    {
        if (_records.Count < count)
        {
            foreach (MagpieDraft draft in runner.Run(magpie.Drafts(Tally.Attempts, _known.Contains), cancel))
            {
                if (draft.Drop is null && !_known.Add(draft.Key))
                    draft.IsDuplicate();
                MagpieEntry entry = MagpieEntry.Of(draft);
                journal.Add(entry.ToJson());
                Take(entry);
                progress(_records.Count, count);
                if (_records.Count == count)
                    break;
                if (_inVain == MostInVain)
                    throw InVain();
            }
        }

        journal.Finish(_records.Select(r => r.ToRecord()));
    }

    private void Take(MagpieEntry entry)
    {
        Tally.Count(entry);
        _inVain = entry.Dropped is null ? 0 : _inVain + 1;
        if (entry.Dropped is null)
            _records.Add(entry);
    }

    private RunFailedException InVain()
    {
        (string reason, (int dropped, _)) = Tally.Dropped.MaxBy(d => d.Value.Count);
        return new(
            $"magpie: {Counts.Of(MostInVain, "attempt")} in a row gave no record; "
            + $"{Counts.Of(_records.Count, "record")} of {Counts.Of(count)} are there. Most were dropped for "
            + $"'{reason}' ({Counts.Of(dropped)} of {Counts.Of(Tally.Attempts)} attempts): the notes in "
            + $"{WorkJournal.PathOf(journal.Target)} show the texts. Allow more tokens, draw otherwise, or name other "
            + "topics");
    }
}
