using MolEngine.Basics.Files;
using MolEngine.Engine.Training;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Collectives;
using MolEngine.Kernels.Compilation;
using MolEngine.Kernels.Device;
using MolEngine.Kernels.Interop;
using MolEngine.Trainer.Ranks;

namespace MolEngine.Trainer.Cli;

/// <summary>What a failure says and returns. Nobody who made a mistake in a file sees a stack trace.</summary>
internal static class Faults
{
    /// <summary>Set to 1, shows where an error came from.</summary>
    public const string TraceVariable = "MOLENGINE_TRACE";

    public static int Guard(TextWriter error, Func<int> run)
    {
        try
        {
            return run();
        }
        catch (Exception e)
        {
            return Report(Unwrap(e), error);
        }
    }

    private static int Report(Exception e, TextWriter error)
    {
        if (e is OtherRankException other)
            return other.Code;
        int code = CodeOf(e);
        bool expected = code != ExitCode.Failed
            || e is RunFailedException or FileWriteException or NonFiniteException or BrokenWeightException
                or IOException or CudaException or KernelCompileException or CollectiveException;
        string message = code == ExitCode.Interrupted ? "interrupted" : e.Message;
        string said = expected ? message : $"unexpected error: {e.GetType().Name}: {message}";
        foreach (string line in said.Split(Environment.NewLine))
            error.WriteLine($"molengine: {line}");
        if (Environment.GetEnvironmentVariable(TraceVariable) == "1")
            error.WriteLine(e);
        else if (!expected)
        {
            error.WriteLine(
                $"This is a fault of molengine. Run again with {TraceVariable}=1 for the trace that a report needs.");
        }

        return code;
    }

    private static int CodeOf(Exception e) => e switch
    {
        FileWriteException { IsOfDisk: true } => ExitCode.Failed,
        UserException => ExitCode.UserError,
        OperationCanceledException => ExitCode.Interrupted,
        EnvironmentFaultException or PlatformNotSupportedException or DllNotFoundException or OutOfMemoryException
            or OutOfDeviceMemoryException => ExitCode.Environment,

        // A path that is absent or locked; other trouble with files (a full disk) is a failed run.
        FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException => ExitCode.UserError,
        _ => ExitCode.Failed,
    };

    /// <summary>The first cause of what came out of parallel loops and type initialisers.</summary>
    private static Exception Unwrap(Exception e)
    {
        while (e is AggregateException or TypeInitializationException && e.InnerException is { } inner)
            e = inner;
        return e;
    }
}
