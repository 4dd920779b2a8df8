using System.Text;
using MolEngine.Basics.Files;
using MolEngine.Trainer.Cli;

namespace MolEngine.Trainer;

/// <summary>The executable <c>molengine</c>.</summary>
public static class Program
{
    public static int Main(string[] args)
    {
        (Stream? standardOutput, Stream? standardError) = StandardFiles.Open();
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var errors = new OutputStream("standard error", standardError) { MayBeLost = _ => { } };
        TextWriter error = TextWriter.Synchronized(
            Terminal.Wrapped(new StreamWriter(errors, utf8) { AutoFlush = true }));
        var results = new OutputStream("standard output", standardOutput);
        TextWriter output = TextWriter.Synchronized(
            new StreamWriter(results, utf8) { AutoFlush = !Console.IsOutputRedirected });
        return CommandLine.Run(
            args, output, error, Terminal.Of(output),
            () => results.MayBeLost = said => error.WriteLine($"molengine: {said}"));
    }

    /// <summary>The whole program in-process; its output is no terminal.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error) =>
        CommandLine.Run(args, output, error, terminal: null);
}
