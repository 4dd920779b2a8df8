using MolEngine.Basics.Values;

namespace MolEngine.Data.Files.Parquet;

/// <summary>A part of a row: a value, a list or a map, over the columns that hold its values.</summary>
/// <param name="definition">Definition level from which on it is there.</param>
internal abstract class ParquetNode(int definition)
{
    /// <summary>The first of its columns: its levels say what is there.</summary>
    public abstract ParquetColumn First { get; }

    /// <summary>Whether it is there at the columns' places.</summary>
    public bool IsThere => First.Definition >= definition;

    /// <summary>What is at the columns' places, which move on behind it.</summary>
    public DataValue Read()
    {
        if (IsThere)
            return ReadThere();
        Skip();
        return NullValue.Instance;
    }

    /// <summary>Moves every column by the one place that an absent value takes.</summary>
    public abstract void Skip();

    protected abstract DataValue ReadThere();
}

/// <summary>A single value.</summary>
internal sealed class ParquetValue(int definition, ParquetColumn column) : ParquetNode(definition)
{
    public override ParquetColumn First => column;

    public override void Skip() => column.Next();

    protected override DataValue ReadThere()
    {
        DataValue value = column.Value();
        column.Next();
        return value;
    }
}

/// <summary>Named parts.</summary>
internal sealed class ParquetMap(int definition, (string Name, ParquetNode Node)[] parts) : ParquetNode(definition)
{
    public override ParquetColumn First => parts[0].Node.First;

    public MapValue Fields() =>
        new(Array.ConvertAll(parts, p => KeyValuePair.Create(p.Name, p.Node.Read())));

    public override void Skip()
    {
        foreach ((_, ParquetNode node) in parts)
            node.Skip();
    }

    protected override DataValue ReadThere() => Fields();
}

/// <summary>Elements one after the other; none is an empty list.</summary>
/// <param name="definition">Definition level of an element.</param>
/// <param name="repetition">Repetition level of the elements after the first.</param>
internal sealed class ParquetList(int definition, int repetition, ParquetNode element) : ParquetNode(0)
{
    private readonly int _element = definition;

    public override ParquetColumn First => element.First;

    public override void Skip() => element.Skip();

    public ListValue Items()
    {
        var items = new List<DataValue>();
        if (First.Definition < _element)
        {
            Skip();
            return new(items);
        }

        do
            items.Add(element.Read());
        while (!First.IsAtEnd && First.Repetition >= repetition);
        return new(items);
    }

    protected override DataValue ReadThere() => Items();
}

/// <summary>A list, or a map of keys and values, in the group that Parquet puts around it.</summary>
internal sealed class ParquetWrapped(int definition, ParquetList list, bool isMap) : ParquetNode(definition)
{
    public override ParquetColumn First => list.First;

    public override void Skip() => list.Skip();

    /// <summary>A map whose keys are texts, each once, is a map; any other is the list of its entries.</summary>
    protected override DataValue ReadThere()
    {
        ListValue items = list.Items();
        if (!isMap)
            return items;
        var entries = new List<KeyValuePair<string, DataValue>>();
        var keys = new HashSet<string>();
        foreach (DataValue item in items.Items)
        {
            if (item is not MapValue { Entries: [{ Value: TextValue key }, var value] }
                || !keys.Add(key.Text))
                return items;
            entries.Add(new(key.Text, value.Value));
        }

        return new MapValue(entries);
    }
}
