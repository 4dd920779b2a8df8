// Measures the memory that a command takes on a generated corpus: it must not grow with the corpus.
//
//     dotnet run tools/corpus_memory.cs -- jsonl 5e9 2000 FOLDER -- molengine inspect {} --model MODEL --json
//
// Writes FOLDER/generated.jsonl (jsonl, csv or parquet) of about as many bytes, documents of 1 to 2,000 words that are
// drawn anew, none like another; runs the command with the file in the place of {}; tells the most memory that it had,
// with and without pages of mapped files; and deletes the file. Reads Linux's /proc.
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
#:package ParquetSharp

using System.Diagnostics;
using System.Globalization;
using System.Text;
using ParquetSharp;

const int RowsOfGroup = 4096;

int split = Array.IndexOf(args, "--");
if (split != 4 || args.Length < 6 || args[0] is not ("jsonl" or "csv" or "parquet"))
{
    Console.Error.WriteLine(
        "usage: dotnet run tools/corpus_memory.cs -- jsonl|csv|parquet BYTES WORDS FOLDER -- COMMAND ... {} ...");
    return 2;
}

long bytes = (long)double.Parse(args[1], CultureInfo.InvariantCulture);
int mostWords = int.Parse(args[2], CultureInfo.InvariantCulture);
string path = Path.Combine(args[3], $"generated.{args[0]}");
var random = new Random(1);
string[] words = [.. Enumerable.Range(0, 5000).Select(_ => Word(random))];
try
{
    Write();
    var start = new ProcessStartInfo(args[5], args[6..].Select(a => a == "{}" ? path : a))
    {
        RedirectStandardOutput = true,
    };
    var clock = Stopwatch.StartNew();
    using Process process = Process.Start(start)!;
    Task<string> output = process.StandardOutput.ReadToEndAsync();
    long most = 0, mostOwn = 0;
    while (!process.WaitForExit(100))
    {
        most = Math.Max(most, Status(process.Id, "VmRSS"));
        mostOwn = Math.Max(mostOwn, Status(process.Id, "RssAnon"));
    }

    Console.WriteLine((await output)[..Math.Min(2000, output.Result.Length)]);
    Console.WriteLine(
        $"{args[0]} {new FileInfo(path).Length / 1e9:F2} GB: exit {process.ExitCode}, "
            + $"{clock.Elapsed.TotalSeconds:F0} s, at most {mostOwn / 1024} MiB of its own, {most / 1024} MiB with "
            + "pages of mapped files");
    return process.ExitCode;
}
finally
{
    File.Delete(path);
}

void Write()
{
    if (args[0] == "parquet")
    {
        using var parquet = new ParquetFileWriter(path, [new Column<string>("text")]);
        for (long written = 0; written < bytes;)
        {
            string[] group = [.. Enumerable.Range(0, RowsOfGroup).Select(_ => Document())];
            using RowGroupWriter rows = parquet.AppendRowGroup();
            using LogicalColumnWriter<string> column = rows.NextColumn().LogicalWriter<string>();
            column.WriteBatch(group);
            written += group.Sum(g => (long)g.Length);
        }

        parquet.Close();
        return;
    }

    using var file = new StreamWriter(path, false, new UTF8Encoding(false), 1 << 20);
    bool isCsv = args[0] == "csv";
    if (isCsv)
        file.Write("text\n");
    for (long written = 0; written < bytes;)
    {
        string line = isCsv ? $"\"{Document()}\"\n" : $"{{\"text\": \"{Document()}\"}}\n";
        file.Write(line);
        written += line.Length;
    }
}

string Document()
{
    int count = random.Next(1, mostWords + 1);
    var text = new StringBuilder();
    for (int i = 0; i < count; i++)
        text.Append(i == 0 ? "" : " ").Append(words[random.Next(words.Length)]);
    return text.ToString();
}

static string Word(Random random) =>
    string.Concat(Enumerable.Range(0, random.Next(2, 11)).Select(_ => (char)('a' + random.Next(26))));

static long Status(int id, string field)
{
    try
    {
        string? line = File.ReadLines($"/proc/{id}/status")
            .FirstOrDefault(l => l.StartsWith(field, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.Split(' ', '\t')[^2], CultureInfo.InvariantCulture);
    }
    catch (IOException)
    {
        return 0;
    }
}
