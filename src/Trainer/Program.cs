using System.Text;
using MolEngine.Trainer.Cli;

namespace MolEngine.Trainer;

/// <summary>The executable <c>molengine</c>.</summary>
public static class Program
{
    public static int Main(string[] args)
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var output = new StreamWriter(Console.OpenStandardOutput(), utf8) { AutoFlush = !Console.IsOutputRedirected };
        var error = new StreamWriter(Console.OpenStandardError(), utf8) { AutoFlush = true };
        TextWriter synchronized = TextWriter.Synchronized(output);
        return CommandLine.Run(
            args, synchronized, TextWriter.Synchronized(Terminal.Wrapped(error)), Terminal.Of(synchronized));
    }

    /// <summary>The whole program in-process; its output is no terminal.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error) =>
        CommandLine.Run(args, output, error, terminal: null);
}
