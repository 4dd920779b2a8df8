using MolEngine.Basics.Values;
using ParquetSharp;

namespace MolEngine.Data.Files.Parquet;

/// <summary>A place in a column of a row group, which moves from value to value.</summary>
internal abstract class ParquetColumn(string name) : IDisposable
{
    /// <summary>Dotted.</summary>
    public string Name { get; } = name;

    /// <summary>What is wrong with a value; null where nothing is.</summary>
    public string? Problem { get; set; }

    public abstract bool IsAtEnd { get; }

    public abstract int Definition { get; }

    public abstract int Repetition { get; }

    /// <summary>The value here; asked only where the levels say that there is one.</summary>
    public abstract DataValue Value();

    public abstract void Next();

    public abstract void Dispose();

    public static ParquetColumn Of(RowGroupReader group, int index)
    {
        using ColumnChunkMetaData chunk = group.MetaData.GetColumnChunkMetaData(index);
        string codec = chunk.Compression.ToString();
        ColumnReader reader;
        try
        {
            reader = group.Column(index);
        }
        catch (Exception e) when (ParquetTable.IsOfLibrary(e))
        {
            throw new ColumnException($"{index}", codec, e);
        }

        ColumnDescriptor column = reader.ColumnDescriptor;
        var values = new ParquetValues(column);
        return reader switch
        {
            ColumnReader<bool> r => new ParquetColumn<bool>(r, column, codec, v => new FlagValue(v)),
            ColumnReader<int> r => new ParquetColumn<int>(r, column, codec, values.Of),
            ColumnReader<long> r => new ParquetColumn<long>(r, column, codec, values.Of),
            ColumnReader<Int96> r => new ParquetColumn<Int96>(r, column, codec, ParquetValues.Of),
            ColumnReader<float> r => new ParquetColumn<float>(r, column, codec, ParquetValues.Of),
            ColumnReader<double> r => new ParquetColumn<double>(r, column, codec, ParquetValues.Of),
            ColumnReader<ByteArray> r => new ParquetColumn<ByteArray>(r, column, codec, values.Of),
            ColumnReader<FixedLenByteArray> r => new ParquetColumn<FixedLenByteArray>(r, column, codec, values.Of),
            _ => throw new NotSupportedException(
                $"column {column.Path.ToDotString()} has the type {column.PhysicalType}"),
        };
    }
}

/// <inheritdoc cref="ParquetColumn"/>
/// <param name="convert">Throws a <see cref="FormatException"/> for what is no value.</param>
internal sealed class ParquetColumn<T>(
    ColumnReader<T> reader, ColumnDescriptor column, string codec, Func<T, DataValue> convert)
    : ParquetColumn(column.Path.ToDotString())
    where T : unmanaged
{
    private const int BatchLength = 1024;

    private readonly int _mostDefinition = column.MaxDefinitionLevel;
    private readonly short[] _definitions = new short[BatchLength];
    private readonly short[] _repetitions = new short[BatchLength];
    private readonly T[] _values = new T[BatchLength];
    private int _count;
    private int _at;
    private int _value;

    public override bool IsAtEnd => !Fill();

    public override int Definition => Filled()._definitions[_at];

    public override int Repetition => Filled()._repetitions[_at];

    public override DataValue Value()
    {
        try
        {
            return convert(Filled()._values[_value]);
        }
        catch (FormatException e)
        {
            Problem ??= e.Message;
            return NullValue.Instance;
        }
    }

    public override void Next()
    {
        if (Filled()._definitions[_at++] == _mostDefinition)
            _value++;
    }

    public override void Dispose() => reader.Dispose();

    private ParquetColumn<T> Filled() => Fill()
        ? this
        : throw new ColumnException(Name, codec, new InvalidDataException("it ends before the row group does"));

    private bool Fill()
    {
        while (_at == _count)
        {
            (_at, _value) = (0, 0);
            try
            {
                if (!reader.HasNext)
                    return (_count = 0) != 0;
                _count = (int)reader.ReadBatch(BatchLength, _definitions, _repetitions, _values, out long _);
            }
            catch (Exception e) when (ParquetTable.IsOfLibrary(e))
            {
                throw new ColumnException(Name, codec, e);
            }

            if (_count == 0)
                return false;
        }

        return true;
    }
}
