namespace MolEngine.Data.Files.Parquet;

/// <summary>The library could not read a column.</summary>
internal sealed class ColumnException(string column, string codec, Exception cause) : Exception(cause.Message, cause)
{
    public string Column { get; } = column;

    public string Codec { get; } = codec;
}
