using MolEngine.Basics.Values;
using ParquetSharp;
using ParquetSharp.Schema;

namespace MolEngine.Data.Files.Parquet;

/// <summary>The rows of a row group, put together from its columns (Dremel's record assembly).</summary>
internal sealed class ParquetRows : IDisposable
{
    private const string LegacyElement = "array";

    private readonly RowGroupReader _group;
    private readonly List<ParquetColumn> _columns = [];
    private readonly ParquetMap _row;

    public ParquetRows(SchemaDescriptor schema, RowGroupReader group)
    {
        _group = group;
        RowGroupMetaData description = group.MetaData;
        Count = description.NumRows;
        _row = new ParquetMap(0, [.. schema.GroupNode.Fields.Select(f => (f.Name, Build(f, 0, 0)))]);
    }

    public long Count { get; }

    /// <summary>What is wrong with a value of the row at hand; null where nothing is.</summary>
    public (string Column, string Detail)? Problem => _columns.Find(c => c.Problem is not null) is { } bad
        ? (bad.Name, bad.Problem!)
        : null;

    /// <exception cref="ColumnException">A column's data are broken.</exception>
    public MapValue Next()
    {
        foreach (ParquetColumn column in _columns)
            column.Problem = null;
        return _row.Fields();
    }

    public void Dispose()
    {
        foreach (ParquetColumn column in _columns)
            column.Dispose();
        _group.Dispose();
    }

    /// <param name="definition">Definition level at which what the node is in is there.</param>
    /// <param name="repetition">Repetition level of the lists that the node is in.</param>
    private ParquetNode Build(Node node, int definition, int repetition)
    {
        if (node.Repetition != Repetition.Required)
            definition++;
        if (node.Repetition == Repetition.Repeated)
            return new ParquetList(definition, ++repetition, Core(node, definition, repetition));
        return Core(node, definition, repetition);
    }

    private ParquetNode Core(Node node, int definition, int repetition)
    {
        if (node is not GroupNode group)
            return new ParquetValue(definition, Column());
        bool isList = Is(group, LogicalTypeEnum.List, ConvertedType.List);
        bool isMap = Is(group, LogicalTypeEnum.Map, ConvertedType.Map, ConvertedType.MapKeyValue);
        if ((isList || isMap) && group.FieldCount == 1
            && group.Field(0) is { Repetition: Repetition.Repeated } repeated)
        {
            int within = definition + 1, again = repetition + 1;
            ParquetNode element = isList && IsWrapper(group, repeated)
                ? Build(((GroupNode)repeated).Field(0), within, again)
                : Core(repeated, within, again);
            var list = new ParquetList(within, again, element);
            return new ParquetWrapped(definition, list, isMap);
        }

        return new ParquetMap(definition, [.. group.Fields.Select(f => (f.Name, Build(f, definition, repetition)))]);
    }

    /// <summary>Whether a list's repeated group only wraps the element: the rules for lists of older writers.
    /// </summary>
    private static bool IsWrapper(GroupNode list, Node repeated) =>
        repeated is GroupNode { FieldCount: 1 } && repeated.Name != LegacyElement
        && repeated.Name != $"{list.Name}_tuple";

    private static bool Is(GroupNode group, LogicalTypeEnum type, params ConvertedType[] converted)
    {
        using LogicalType logical = group.LogicalType;
        return logical.Type == type || converted.Contains(group.ConvertedType);
    }

    private ParquetColumn Column()
    {
        var column = ParquetColumn.Of(_group, _columns.Count);
        _columns.Add(column);
        return column;
    }
}
