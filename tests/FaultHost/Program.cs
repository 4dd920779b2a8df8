using System.Text.Json;

namespace MolEngine.FaultHost;

/// <summary>
/// Runs the program again and again in one process whose disk can fail: a request as JSON on each line of the input, an
/// answer on each line of the output. Started with disk_faults.so preloaded.
/// </summary>
public static class Program
{
    /// <param name="args">The path of disk_faults.so.</param>
    public static void Main(string[] args)
    {
        System.Runtime.InteropServices.NativeLibrary.SetDllImportResolver(
            typeof(Program).Assembly, (_, _, _) => System.Runtime.InteropServices.NativeLibrary.Load(args[0]));
        while (Console.ReadLine() is { } line)
            Console.WriteLine(JsonSerializer.Serialize(Run(JsonSerializer.Deserialize<Request>(line)!)));
    }

    private static Answer Run(Request request)
    {
        (Fault f, var output, var error) = (request.Fault, new StringWriter(), new StringWriter());
        Disk.Room(f.Room);
        Disk.Arm(f.Folder, (int)f.Mode, (nint)f.First, (nint)f.Last, f.Error, (uint)f.Kinds, f.Log, f.Copies);
        int code = Trainer.Program.Run(request.Arguments, output, error);
        return new Answer(code, output.ToString(), error.ToString(), Disk.Disarm());
    }
}
