using MolEngine.VirtualGpu.Execution;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Lowering;

/// <summary>
/// Addresses of the names that a kernel uses: parameters, shared, local, global and constant variables.
/// </summary>
internal sealed class Symbols
{
    private readonly Dictionary<string, (StateSpace Space, ulong Address)> _addresses = [];
    private readonly List<SharedVariable> _shared = [];
    private readonly List<KernelParameter> _parameters = [];

    /// <param name="globals">Device addresses of the module's global and constant variables.</param>
    public Symbols(PtxModule module, PtxEntry entry, IReadOnlyDictionary<string, ulong> globals)
    {
        foreach (PtxVariable variable in module.Variables.Where(v => v.Space != StateSpace.Shared))
            _addresses[variable.Name] = (variable.Space, globals[variable.Name]);
        Parameters(entry);
        Shared(module, entry);
        foreach (PtxVariable variable in entry.Variables.Where(v => v.Space == StateSpace.Local))
        {
            LocalBytes = Align(LocalBytes, variable.Align);
            _addresses[variable.Name] = (StateSpace.Local, (ulong)LocalBytes);
            LocalBytes = checked(LocalBytes + (int)variable.Size);
        }

        // Threads' bytes follow each other: 16 keeps the widest access aligned for all.
        LocalBytes = Align(LocalBytes, 16);
    }

    public int StaticShared { get; private set; }

    public int LocalBytes { get; private set; }

    public int ParameterBytes { get; private set; }

    public IReadOnlyList<SharedVariable> SharedVariables => _shared;

    public IReadOnlyList<KernelParameter> KernelParameters => _parameters;

    public ulong Address(InstructionReader reader, PtxOperand.Symbol symbol) =>
        _addresses.TryGetValue(symbol.Name, out (StateSpace Space, ulong Address) found)
            ? found.Address + (ulong)symbol.Offset
            : throw reader.Refused($"no variable or parameter is named {symbol.Name}");

    private static int Align(int offset, int alignment) => (offset + alignment - 1) & -alignment;

    private void Parameters(PtxEntry entry)
    {
        foreach (PtxVariable parameter in entry.Parameters)
        {
            int offset = Align(ParameterBytes, parameter.Align);
            _parameters.Add(new KernelParameter(parameter.Name, offset, (int)parameter.Size));
            _addresses[parameter.Name] = (StateSpace.Param, (ulong)offset);
            ParameterBytes = checked(offset + (int)parameter.Size);
        }
    }

    /// <summary>Static variables that the kernel names, then dynamic memory, whose size the launch gives.</summary>
    private void Shared(PtxModule module, PtxEntry entry)
    {
        HashSet<string> named = [.. entry.Instructions.SelectMany(i => i.Operands).SelectMany(Names)];
        PtxVariable[] variables =
            [.. module.Variables.Concat(entry.Variables).Where(v => v.Space == StateSpace.Shared
                && named.Contains(v.Name))];
        int end = 0;
        foreach (PtxVariable variable in variables.Where(v => !v.IsDynamic))
        {
            int offset = Align(end, variable.Align);
            _shared.Add(new SharedVariable(variable.Name, offset, (int)variable.Size));
            _addresses[variable.Name] = (StateSpace.Shared, (ulong)offset);
            end = checked(offset + (int)variable.Size);
        }

        PtxVariable[] dynamic = [.. variables.Where(v => v.IsDynamic)];
        if (dynamic.Length > 0)
            end = Align(end, dynamic.Max(v => v.Align));
        foreach (PtxVariable variable in dynamic)
        {
            _shared.Insert(0, new SharedVariable(variable.Name, end, int.MaxValue - end));
            _addresses[variable.Name] = (StateSpace.Shared, (ulong)end);
        }

        StaticShared = end;
    }

    private static IEnumerable<string> Names(PtxOperand operand) => operand switch
    {
        PtxOperand.Symbol symbol => [symbol.Name],
        PtxOperand.Address address => Names(address.Base),
        PtxOperand.Vector vector => vector.Elements.SelectMany(Names),
        _ => [],
    };
}
