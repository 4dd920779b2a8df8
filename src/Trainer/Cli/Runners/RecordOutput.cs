using MolEngine.Basics.Text;
using MolEngine.Data.Synthesis;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>Where records go as they are made: to a file, by way of its notes, or to the output.</summary>
internal sealed class RecordOutput : IDisposable
{
    private readonly CommandContext _context;
    private readonly WorkJournal? _journal;
    private readonly List<string> _lines;

    private RecordOutput(CommandContext context, WorkJournal? journal)
    {
        (_context, _journal, _lines) = (context, journal, [.. journal?.Done ?? []]);
        Count = _lines.Count;
    }

    /// <summary>Records so far, those of an earlier command too.</summary>
    public int Count { get; private set; }

    /// <param name="file">The file to write; null is the output.</param>
    /// <param name="work">Everything that the records depend on.</param>
    /// <inheritdoc cref="WorkJournal.Open" path="/exception"/>
    public static RecordOutput Open(
        string? file, IReadOnlyDictionary<string, string> work, CommandContext context)
    {
        var output = new RecordOutput(context, file is null ? null : WorkJournal.Open(file, "--output", work));
        if (output.Count > 0)
        {
            string part = WorkJournal.PathOf(file!);
            context.Error.WriteLine($"{part}: goes on after {Counts.Of(output.Count, "record")}");
        }

        return output;
    }

    /// <param name="line">A record, as JSON without line breaks.</param>
    public void Add(string line)
    {
        Count++;
        if (_journal is not null)
        {
            _lines.Add(line);
            _journal.Add(line);
            return;
        }

        _context.Out.WriteLine(line);
        _context.Out.Flush();
    }

    /// <summary>All records are there.</summary>
    /// <param name="summary">What a person is told of them.</param>
    public void Finish(string summary)
    {
        _journal?.Finish(_lines);
        if (_journal is null)
            _context.Error.WriteLine(summary);
        else
            _context.WriteLine($"{_journal.Target}: {summary}");
    }

    public void Dispose() => _journal?.Dispose();
}
