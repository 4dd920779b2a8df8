using System.Text.RegularExpressions;

namespace MolEngine.Kernels.Compilation;

/// <summary>Reads what the assembler says under <c>--ptxas-options=-v</c>.</summary>
public static partial class PtxasLog
{
    /// <summary>The kernels of a log, in its order.</summary>
    /// <exception cref="FormatException">A kernel is announced and its registers are not told.</exception>
    public static IReadOnlyList<KernelResources> Read(string log)
    {
        var all = new List<KernelResources>();
        KernelResources? kernel = null;

        // Functions that were not inlined have properties of their own, between those of kernels.
        string? function = null;
        foreach (string line in log.Split('\n'))
        {
            if (Entry().Match(line) is { Success: true } entry)
            {
                Finish();
                function = entry.Groups[1].Value;
                kernel = new KernelResources(function, entry.Groups[2].Value, -1, 0, 0, 0, 0);
            }
            else if (Properties().Match(line) is { Success: true } properties)
            {
                function = properties.Groups[1].Value;
            }
            else if (kernel is not null && Stack().Match(line) is { Success: true } stack && function == kernel.Name)
            {
                kernel = kernel with
                {
                    StackBytes = Number(stack.Groups[1]),
                    SpillStoreBytes = Number(stack.Groups[2]),
                    SpillLoadBytes = Number(stack.Groups[3]),
                };
            }
            else if (kernel is not null && Used().Match(line) is { Success: true } used)
            {
                Match shared = Shared().Match(line);
                kernel = kernel with
                {
                    Registers = Number(used.Groups[1]),
                    SharedBytes = shared.Success ? Number(shared.Groups[1]) : 0,
                };
            }
        }

        Finish();
        return all;

        void Finish()
        {
            if (kernel is null)
                return;
            if (kernel.Registers < 0)
            {
                throw new FormatException(
                    $"log of the assembler: kernel {kernel.Name}: expected a line \"Used N registers\", got none");
            }

            all.Add(kernel);
        }
    }

    /// <summary>A log without the assembler's statistics: what is left are warnings.</summary>
    public static string Warnings(string log) => string.Join(
        '\n', log.Split('\n').Select(l => l.TrimEnd()).Where(l => l.Length > 0 && !Statistics().IsMatch(l)));

    private static int Number(Group digits) => int.Parse(digits.Value);

    [GeneratedRegex("Compiling entry function '([^']+)' for '([^']+)'")]
    private static partial Regex Entry();

    [GeneratedRegex(@"Function properties for '?([\w$]+)")]
    private static partial Regex Properties();

    [GeneratedRegex(@"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")]
    private static partial Regex Stack();

    [GeneratedRegex(@"Used (\d+) registers")]
    private static partial Regex Used();

    [GeneratedRegex(@"(\d+)(?:\+\d+)? bytes smem")]
    private static partial Regex Shared();

    [GeneratedRegex(@"^ptxas info\b|^ptxas\s+\.|^\s*\d+ bytes stack frame")]
    private static partial Regex Statistics();
}
