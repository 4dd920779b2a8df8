namespace MolEngine.Support;

/// <summary>A row of a reference's [B, T] inputs.</summary>
/// <param name="Documents">Token ids of each document; padding is left out, so that a row may have none.</param>
/// <param name="FirstPosition">Position of the first token of a document.</param>
public sealed record ReferenceRow(IReadOnlyList<int[]> Documents, bool General, int FirstPosition)
{
    /// <summary>
    /// The rows of a file. Padding (document -1) stands at the end of a row. Position ids other than those that restart
    /// at 0 give <see cref="FirstPosition"/>.
    /// </summary>
    public static ReferenceRow[] Of(ReferenceTensors t)
    {
        int[] shape = t.Shape("input_ids"), ids = t.Ints("input_ids");
        int[] documents = t.Has("document_ids") ? t.Ints("document_ids") : new int[ids.Length];
        int[] general = t.Has("general") ? t.Ints("general") : new int[shape[0]];
        int[] positions = t.Has("position_ids") ? t.Ints("position_ids") : [];
        var rows = new ReferenceRow[shape[0]];
        for (int b = 0; b < rows.Length; b++)
        {
            int start = b * shape[1], end = start + shape[1], length = 0;
            var parts = new List<int[]>();
            for (int at = start; at < end && documents[at] >= 0; at += parts[^1].Length, length = at - start)
            {
                int next = Array.FindIndex(documents, at, end - at, d => d != documents[at]);
                parts.Add(ids[at..(next < 0 ? end : next)]);
            }

            if (documents.AsSpan(start + length, shape[1] - length).ContainsAnyExcept(-1))
                throw new InvalidDataException($"row {b}: expected padding only at its end");
            int first = positions.Length == 0 || length == 0 ? 0 : positions[start];
            rows[b] = new ReferenceRow(parts, general[b] != 0, first);
        }

        return rows;
    }
}
