using MolEngine.Basics.Values;
using MolEngine.Data.Files;

namespace MolEngine.Evaluation.Tasks.Documents;

/// <summary>Reads the items and examples of a task.</summary>
/// <param name="subset">The subset that they are of, with its title; without names for a task that is one whole.
/// </param>
public sealed class TaskDocuments(EvalTask task, FoundData data, (string Name, string Title) subset)
{
    private readonly DocumentBuilder _builder = new(task, data, subset);

    /// <summary>The items, in the order of the files; <see cref="DataSource.Rows"/> of them.</summary>
    /// <exception cref="UserException">A file cannot be read, a record lacks what the task needs, or there is none.
    /// </exception>
    public IReadOnlyList<TaskDocument> Test()
    {
        IEnumerable<FieldRecord> records = Records(data.Test);
        if (data.Layout.Rows is { } rows)
            records = records.Skip(rows.Start.Value).Take(rows.End.Value - rows.Start.Value);
        TaskDocument[] items = [.. records.Select(r => _builder.Build(r.Fields, r.Place))];
        return items.Length > 0
            ? items
            : throw new UserException($"{data.Test[0]}: {task.Id}: expected items, got none");
    }

    /// <summary>All that examples are chosen from; empty where there are none.</summary>
    /// <exception cref="UserException">As in <see cref="Test"/>.</exception>
    public IReadOnlyList<TaskDocument> Examples() => task.FewShot.Records is { } own
        ? [.. own.Select((r, i) => _builder.Build(r, $"{task.Source}: few_shot.records[{i}]", isOwn: true))]
        : task.FewShot.Source == ShotSource.Test
            ? Test()
            : [.. Records(data.Examples).Select(r => _builder.Build(r.Fields, r.Place))];

    private IEnumerable<FieldRecord> Records(IReadOnlyList<string> files) =>
        files.SelectMany(f => FieldRecords.Read(f, data.Layout.Columns)).SelectMany(Inner);

    /// <summary>The records within a record of the file.</summary>
    private IEnumerable<FieldRecord> Inner(FieldRecord record)
    {
        if (data.Layout.Records is not { } path)
            return [record];
        DataValue? within = path == "*" ? record.Fields : ValuePath.Parse(path).In(record.Fields);
        MapValue[] found = within switch
        {
            ListValue list => [.. list.Items.OfType<MapValue>()],
            MapValue map => [.. map.Entries.Where(e => e.Value is MapValue).Select(
                e => new MapValue([new("key", new TextValue(e.Key)), .. ((MapValue)e.Value).Entries]))],
            _ => [],
        };
        return found.Length > 0
            ? found.Select((f, i) => new FieldRecord(f, $"{record.Place}: {path}[{i}]"))
            : throw new UserException($"{record.Place}: {path}: expected a list or a map of records, got none");
    }
}
