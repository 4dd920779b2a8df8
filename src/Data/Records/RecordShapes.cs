using MolEngine.Basics.Values;
using MolEngine.Data.Files;
using MolEngine.Data.Records.Shapes;

namespace MolEngine.Data.Records;

/// <summary>Makes of the fields of a record what it means, whatever format the fields came from.</summary>
internal sealed class RecordShapes
{
    private static readonly Field Chosen = Field.Usual("chosen"), Rejected = Field.Usual("rejected");
    private static readonly Field Prompt = Field.Usual("prompt");

    private readonly bool _isAuto;
    private readonly bool _isNamed;
    private readonly bool _needsAnswer;
    private readonly IReadOnlyList<RecordShape> _shapes;

    public RecordShapes(CorpusSettings corpus)
    {
        _isNamed = corpus.Template is not null || corpus.Fields is not null;
        _isAuto = !_isNamed && corpus.Shape == ShapeName.Auto;
        _needsAnswer = corpus.NeedsAnswer;
        _shapes = KnownShapes.Of(corpus);
    }

    /// <summary>What a record means. A text without fields is a document as it stands.</summary>
    /// <param name="report">Is told what of the record was used; null: nobody asks.</param>
    /// <exception cref="BadRecordException">Its fields fit no shape, or one of them cannot be used.</exception>
    public CorpusRecord Record(FileRecord record, ReadingReport? report = null)
    {
        if (record.Text is { } text)
        {
            report?.Add(text);
            return new CorpusRecord(text, null, record.Place.Line);
        }

        var fields = new RecordFields(record);
        if (_isAuto)
            RefusePreferences(fields);
        RecordShape shape = Best(fields, out List<RecordShape> others)
            ?? throw Unfit(record);
        CorpusRecord read = shape.Read(fields);
        report?.Add(fields, shape, others);
        report?.Add(read, () => record.Place.Shown);
        return read.IsChat ? read with { Fields = record.Fields } : read;
    }

    private BadRecordException Unfit(FileRecord record)
    {
        string detail = NearestReading.Of(
            record.Fields, _shapes, _isNamed, _needsAnswer, out IReadOnlyList<string> readings);
        BadRecordException problem = record.Place.Problem("record", detail);
        problem.Readings = readings;
        return problem;
    }

    /// <summary>The first that fits best: an empty column of a table does not hide what it holds.</summary>
    /// <param name="others">Those that fit as fully.</param>
    private RecordShape? Best(RecordFields fields, out List<RecordShape> others)
    {
        (RecordShape? best, ShapeFit bestFit) = (null, ShapeFit.No);
        others = [];
        foreach (RecordShape shape in _shapes)
        {
            ShapeFit fit = shape.Fit(fields);
            if (fit > bestFit)
                (best, bestFit) = (shape, fit);
            else if (fit == ShapeFit.Full)
                others.Add(shape);
        }

        return best;
    }

    /// <summary>
    /// Refuses records of two answers, one of which is there to be avoided: training on both teaches the wrong one too.
    /// </summary>
    private static void RefusePreferences(RecordFields record)
    {
        if (Chosen.In(record.Values) is not { } chosen || Rejected.In(record.Values) is not { } rejected)
            return;
        string way = chosen.Value is ListValue && Prompt.In(record.Values) is null ? $"messages: {chosen.Path}"
            : Prompt.In(record.Values) is { } prompt ? $"prompt: {prompt.Path}, completion: {chosen.Path}"
            : $"text: {chosen.Path}";
        throw record.Wrong(
            ValuePath.Root, "one answer to train on", $"a preference pair ({chosen.Path} and {rejected.Path}), as DPO "
                + $"takes. To train on the better one alone, say fields: {{{way}}} and ignore: [{rejected.Path}]",
            showsPlace: false);
    }
}
