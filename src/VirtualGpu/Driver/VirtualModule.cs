using System.Buffers.Binary;
using MolEngine.VirtualGpu.Memory;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Driver;

/// <summary>A loaded module: its variables in device memory, its kernels lowered.</summary>
internal sealed unsafe class VirtualModule
{
    private readonly Dictionary<string, VirtualFunction> _functions = [];
    private readonly Dictionary<string, DeviceAllocation> _variables = [];

    /// <exception cref="PtxException">Something that the virtual GPU does not execute.</exception>
    public VirtualModule(PreparedPtx prepared, DeviceMemory memory)
    {
        PtxModule module = prepared.Module;
        PtxVariable[] variables = [.. module.Variables.Where(v => v.Space != StateSpace.Shared)];
        foreach (PtxVariable variable in variables)
        {
            _variables[variable.Name] = memory.AllocateVariable(
                variable.Size, variable.Name, isReadOnly: variable.Space == StateSpace.Const);
        }

        Dictionary<string, ulong> addresses = _variables.ToDictionary(v => v.Key, v => v.Value.Start);
        foreach (PtxVariable variable in variables)
            Initialise(variable, addresses);
        foreach (PtxEntry entry in module.Entries)
            _functions[entry.Name] = new VirtualFunction(prepared.Program(entry, addresses));
        PtxVersion = (module.Version.Major * 10) + module.Version.Minor;
        Target = module.Target;
    }

    /// <summary>85 for PTX 8.5.</summary>
    public int PtxVersion { get; }

    public int Target { get; }

    /// <summary>Handles of functions that were given out.</summary>
    public Dictionary<string, nint> Handles { get; } = [];

    public VirtualFunction? Function(string name) => _functions.GetValueOrDefault(name);

    public DeviceAllocation? Variable(string name) => _variables.GetValueOrDefault(name);

    public void Unload(DeviceMemory memory)
    {
        foreach (DeviceAllocation variable in _variables.Values)
            memory.Free(variable);
    }

    /// <summary>Module variables without an initialiser start as zeros.</summary>
    private void Initialise(PtxVariable variable, Dictionary<string, ulong> addresses)
    {
        DeviceAllocation allocation = _variables[variable.Name];
        byte[] bytes = variable.Initial ?? new byte[variable.Size];
        foreach ((long offset, string name, long added) in variable.References)
        {
            if (!addresses.TryGetValue(name, out ulong address))
                throw new PtxException(1,
                    $"variable {variable.Name}: its initialiser names {name}, which is not there");
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan((int)offset), address + (ulong)added);
        }

        bytes.CopyTo(new Span<byte>(allocation.Data, bytes.Length));
        new Span<byte>(allocation.Written, bytes.Length).Fill(255);
    }
}
