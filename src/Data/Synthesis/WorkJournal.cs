using System.Text;
using System.Text.Json;
using MolEngine.Basics.Files;
using MolEngine.Basics.Text;

namespace MolEngine.Data.Synthesis;

/// <summary>
/// What is done of a long piece of work, a line of JSON for each part, beside the file that it is to become: nothing is
/// lost when the process ends, and the same command goes on where it stopped. The first line says what the work is.
/// </summary>
public sealed class WorkJournal : IDisposable
{
    private static readonly TimeSpan BetweenFlushes = TimeSpan.FromSeconds(10);

    private readonly FileStream _file;
    private DateTime _flushed = DateTime.UtcNow;
    private bool _isEmpty;

    private WorkJournal(string target, FileStream file, IReadOnlyList<string> lines)
    {
        Target = target;
        _file = file;
        Done = lines;
        _isEmpty = lines.Count == 0;
    }

    /// <summary>The file that the work is to become.</summary>
    public string Target { get; }

    /// <summary>The lines of an earlier process that was stopped.</summary>
    public IReadOnlyList<string> Done { get; }

    /// <summary>Where a piece of work is noted.</summary>
    public static string PathOf(string target) => target + ".part";

    /// <summary>Begins, or goes on with what an earlier process has done of the same work.</summary>
    /// <param name="target">The file to make; it must be absent.</param>
    /// <param name="option">What errors call it.</param>
    /// <param name="work">Everything that the result depends on, by name.</param>
    /// <exception cref="UserException">The target is there, its folder is not, or what is noted is other
    /// work.</exception>
    /// <exception cref="FileWriteException">It cannot be written.</exception>
    public static WorkJournal Open(string target, string option, IReadOnlyDictionary<string, string> work)
    {
        string full = Path.GetFullPath(target);
        if (Path.Exists(full))
            throw new UserException($"{option}: {target}: expected a file that is absent, got one that is there");
        if (!Directory.Exists(Path.GetDirectoryName(full)))
            throw new UserException($"{option}: {target}: expected a folder to write it in, got no such folder");
        string path = PathOf(full);
        FileStream? file = null;
        try
        {
            DurableFiles.Guarded(path, () => file = new FileStream(
                path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            List<string> lines = WholeLines(file!);
            string identity = JsonSerializer.Serialize(work);
            if (lines.Count == 0)
                DurableFiles.Guarded(path, () => Append(file!, identity));
            else if (lines[0] != identity)
                throw OtherWork(path, lines[0], work);
            return new WorkJournal(target, file!, lines.Count == 0 ? [] : lines[1..]);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>Notes a part.</summary>
    /// <param name="line">JSON without line breaks.</param>
    /// <exception cref="FileWriteException">The disk did not take it.</exception>
    public void Add(string line) => DurableFiles.Guarded(_file.Name, () =>
    {
        _isEmpty = false;
        Append(_file, line);
        _file.Flush();
        if (DateTime.UtcNow - _flushed < BetweenFlushes)
            return;
        DurableFile.Flush(_file);
        _flushed = DateTime.UtcNow;
    });

    /// <summary>Writes the file that the work has become, and takes the notes away.</summary>
    /// <exception cref="FileWriteException">It cannot be written; the notes are kept.</exception>
    public void Finish(IEnumerable<string> lines)
    {
        DurableFiles.Write(Target, stream =>
        {
            foreach (string line in lines)
                Append(stream, line);
        });
        _isEmpty = true;
        Dispose();
    }

    /// <summary>Closes the notes; where there are none, nothing is left of them.</summary>
    public void Dispose()
    {
        _file.Dispose();
        if (_isEmpty)
            _ = DurableFile.TryRemove(_file.Name);
    }

    private static void Append(Stream to, string line) => to.Write(Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>The lines of a file up to the last one that is whole; the rest is cut off.</summary>
    private static List<string> WholeLines(FileStream file)
    {
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        int end = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        file.SetLength(end);
        file.Position = end;
        return [.. Encoding.UTF8.GetString(bytes, 0, end).Split('\n')[..^1]];
    }

    private static UserException OtherWork(
        string path, string noted, IReadOnlyDictionary<string, string> work)
    {
        const string WayOut = "Give the same options to go on, or remove that file to begin anew";
        IReadOnlyDictionary<string, string>? then = null;
        try
        {
            then = StrictJson.Read<Dictionary<string, string>>(noted);
        }
        catch (JsonException)
        {
            // It is no journal: said below.
        }

        if (then is null)
            return new($"{path}: expected the notes of an earlier command, got another file. {WayOut}");
        IEnumerable<string> differences = work.Keys.Union(then.Keys).Order(StringComparer.Ordinal)
            .Where(k => work.GetValueOrDefault(k) != then.GetValueOrDefault(k))
            .Select(k => $"{k}: {then.GetValueOrDefault(k, "none")} then, {work.GetValueOrDefault(k, "none")} now");
        return new($"{path}: an earlier command began other work there ({string.Join("; ", differences)}). {WayOut}");
    }
}
