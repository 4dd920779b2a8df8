using System.CommandLine;
using System.Net;

namespace MolEngine.Trainer.Cli.Verbs;

/// <summary>The port of the page that follows a run, for the verbs that serve it.</summary>
internal static class PortOption
{
    private const int Usual = 8001;

    public static Option<int> Of(string name) => new(name)
    {
        HelpName = "N",
        Description = $"Port of the page; 0 takes one that is free. Default: {Usual}.",
        DefaultValueFactory = _ => Usual,
    };

    /// <exception cref="UserException">It is no port.</exception>
    public static int Read(ParseResult arguments, Option<int> option)
    {
        int port = arguments.GetValue(option);
        return port is >= 0 and <= IPEndPoint.MaxPort
            ? port
            : throw new UserException($"{option.Name}: expected an integer from 0 to {IPEndPoint.MaxPort}, got {port}");
    }
}
