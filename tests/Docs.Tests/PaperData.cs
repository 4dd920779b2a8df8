using ParquetSharp;
using ParquetSharp.Schema;

namespace MolEngine.Docs.Tests;

/// <summary>A few invented records of each data set of the paper, with the fields of the published ones.</summary>
internal static class PaperData
{
    private const int Records = 40;

    /// <summary>MedQA's records: options by letter, and whose answer is right.</summary>
    public static IEnumerable<string> MedQa => Enumerable.Range(0, Records).Select(i => $$"""
        {"question": "A patient has {{i}} bells. Which one rings first?", "answer": "The {{i}}th", "options":
        {"A": "The {{i}}th", "B": "The last", "C": "None", "D": "All"}, "meta_info": "step1", "answer_idx": "A",
        "metamap_phrases": ["patient", "bells"]}
        """.ReplaceLineEndings(" "));

    /// <summary>Id of the data set, file, bytes.</summary>
    public static IEnumerable<(string Id, string File, byte[] Bytes)> Files()
    {
        yield return ("FreedomIntelligence/medical-o1-reasoning-SFT", "medical_o1_sft.json", Json(i => $$"""
            {"Question": "What follows bell {{i}}?", "Complex_CoT": "One counts on from {{i}}. So it is {{i + 1}}.",
            "Response": "Bell {{i + 1}}."}
            """));
        yield return ("truehealth/medicationqa", "data/train-00000-of-00001.parquet", Parquet(
            ("Question", Texts(i => $"how often is oil {i} given to a bell")), ("Focus (Drug)", Texts(i => $"oil {i}")),
            ("Question Type", Texts(_ => "Dosage")), ("Answer", Texts(i => $"Oil {i} is given once in {i + 2} days.")),
            ("Section Title", Texts(_ => "How much")), ("URL", Texts(_ => "https://example.org"))));
        yield return ("GBaker/MedQA-USMLE-4-options", "phrases_no_exclude_train.jsonl",
            Bytes(string.Join('\n', MedQa) + "\n"));
        foreach (int stage in new[] { 1, 2 })
        {
            yield return ("qihoo360/Light-R1-SFTData", $"stage{stage}.json", Json(i => $$"""
                {"conversations": [{"from": "user", "value": "What is {{i}} times {{stage}}?"},
                {"from": "assistant", "value": "<think>\nI multiply.\n</think>\n\nIt is {{i * stage}}."}]}
                """));
        }

        yield return ("Magpie-Align/Magpie-Qwen2.5-Pro-300K-Filtered", "data/train-00000-of-00001.parquet", Magpie());
    }

    /// <summary>A table of texts.</summary>
    public static byte[] Parquet(params (string Name, string[] Values)[] columns)
    {
        using var stream = new MemoryStream();
        Column[] named = [.. columns.Select(c => new Column<string>(c.Name))];
        using (var file = new ParquetFileWriter(stream, named, leaveOpen: true))
        {
            using (RowGroupWriter group = file.AppendRowGroup())
            {
                foreach ((_, string[] values) in columns)
                {
                    using LogicalColumnWriter<string> column = group.NextColumn().LogicalWriter<string>();
                    column.WriteBatch(values);
                }
            }

            file.Close();
        }

        return stream.ToArray();
    }

    /// <summary>Magpie's table has every text twice: as instruction and response, and as a list of turns.</summary>
    private static byte[] Magpie()
    {
        string[] asked = Texts(i => $"Name bell {i}."), said = Texts(i => $"Bell {i} is Orrin {i}.");
        using Node uuid = Text("uuid"), instruction = Text("instruction"), response = Text("response");
        using Node from = Text("from"), value = Text("value"), category = Text("task_category");
        using var turn = new GroupNode("element", Repetition.Optional, [from, value]);
        using var list = new GroupNode("list", Repetition.Repeated, [turn]);
        using LogicalType isList = LogicalType.List();
        using var turns = new GroupNode("conversations", Repetition.Optional, [list], isList);
        using var schema = new GroupNode(
            "schema", Repetition.Required, [uuid, instruction, response, turns, category]);
        using WriterProperties properties = WriterProperties.GetDefaultWriterProperties();
        using var stream = new MemoryStream();
        using (var file = new ParquetFileWriter(stream, schema, properties, leaveOpen: true))
        {
            using (RowGroupWriter group = file.AppendRowGroup())
            {
                Write(Texts(i => $"{i:D8}"));
                Write(asked);
                Write(said);
                Write(Turns(_ => "human", _ => "gpt"));
                Write(Turns(i => asked[i], i => said[i]));
                Write(Texts(_ => "Information seeking"));

                void Write<T>(T[] values)
                {
                    using LogicalColumnWriter<T> column = group.NextColumn().LogicalWriter<T>();
                    column.WriteBatch(values);
                }
            }

            file.Close();
        }

        return stream.ToArray();

        static Nested<string>?[][] Turns(Func<int, string> user, Func<int, string> assistant) =>
        [
            .. Enumerable.Range(0, Records).Select(
                i => (Nested<string>?[])[new Nested<string>(user(i)), new Nested<string>(assistant(i))]),
        ];
    }

    private static Node Text(string name)
    {
        using LogicalType type = LogicalType.String();
        return new PrimitiveNode(name, Repetition.Optional, type, PhysicalType.ByteArray);
    }

    private static string[] Texts(Func<int, string> text) => [.. Enumerable.Range(0, Records).Select(text)];

    private static byte[] Json(Func<int, string> record) => Bytes($"[{string.Join(",\n", Texts(record))}]");

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
