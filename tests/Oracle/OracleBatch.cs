namespace MolEngine.Oracle;

/// <summary>
/// Rows of tokens, of any lengths. Attention and prediction stay inside a document; a document id below 0 is padding.
/// </summary>
public sealed class OracleBatch
{
    /// <param name="ids">A row of token ids each.</param>
    /// <param name="documents">The document of each token; default: a row is one document.</param>
    /// <param name="positions">Rotary position of each token; default: counted from 0 in each document.</param>
    public OracleBatch(int[][] ids, int[][]? documents = null, int[][]? positions = null)
    {
        documents ??= [.. ids.Select((row, r) => Enumerable.Repeat(r, row.Length).ToArray())];
        positions ??= [.. documents.Select(Count)];
        RowStarts = new int[ids.Length + 1];
        for (int r = 0; r < ids.Length; r++)
        {
            if (documents[r].Length != ids[r].Length || positions[r].Length != ids[r].Length)
                throw new ArgumentException($"oracle: row {r}: expected {ids[r].Length} document ids and positions");
            RowStarts[r + 1] = RowStarts[r] + ids[r].Length;
        }

        Ids = [.. ids.SelectMany(x => x)];
        Documents = [.. documents.SelectMany(x => x)];
        Positions = [.. positions.SelectMany(x => x)];
        Labels = NextTokens();
    }

    /// <summary>[T], rows laid end to end; so are the other arrays.</summary>
    public int[] Ids { get; }

    public int[] Documents { get; }

    public int[] Positions { get; }

    /// <summary>
    /// The next token, or -1 where the next position is of another document, of another row, or padding.
    /// </summary>
    public int[] Labels { get; }

    /// <summary>[rows + 1].</summary>
    public int[] RowStarts { get; }

    public int Rows => RowStarts.Length - 1;

    public int Tokens => Ids.Length;

    /// <summary>A batch from arrays [rows, columns] as the reference files hold them.</summary>
    public static OracleBatch FromFlat(int rows, int[] ids, int[]? documents = null, int[]? positions = null)
    {
        int columns = ids.Length / rows;
        int[][]? Split(int[]? x) => x is null ? null : [.. x.Chunk(columns)];
        return new OracleBatch(Split(ids)!, Split(documents), Split(positions));
    }

    private int[] NextTokens()
    {
        int[] labels = Enumerable.Repeat(-1, Tokens).ToArray();
        for (int r = 0; r < Rows; r++)
        {
            for (int t = RowStarts[r]; t + 1 < RowStarts[r + 1]; t++)
            {
                if (Documents[t] >= 0 && Documents[t] == Documents[t + 1])
                    labels[t] = Ids[t + 1];
            }
        }

        return labels;
    }

    private static int[] Count(int[] documents)
    {
        var positions = new int[documents.Length];
        for (int t = 1; t < documents.Length; t++)
            positions[t] = documents[t] == documents[t - 1] ? positions[t - 1] + 1 : 0;
        return positions;
    }
}
