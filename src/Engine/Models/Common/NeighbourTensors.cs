using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Models.Common;

/// <summary>
/// Tensors by name, of which those of modules that share an input (<see cref="ModuleNames.OfOneInput"/>) are views of
/// one: a layer's q, k and v one above another, gate and up too. One product then does what else takes several. Names
/// are Hugging Face's or PEFT's; what is of another type or width than its neighbours is by itself.
/// </summary>
public sealed class NeighbourTensors
{
    private readonly Arena _arena;
    private readonly string _suffix;
    private readonly Dictionary<string, Planned[]> _groups = [];
    private readonly Dictionary<string, Tensor> _tensors = [];
    private readonly List<Tensor> _whole = [];

    /// <summary>Nothing is allocated yet.</summary>
    /// <param name="suffix">Follows the names that tensors have in tables and errors.</param>
    public NeighbourTensors(
        Arena arena, IEnumerable<(string Name, DType Type, Shape Shape)> tensors, string suffix = "")
    {
        (_arena, _suffix) = (arena, suffix);
        foreach (IGrouping<(string, DType, string), Planned> group in
            tensors.Select(t => new Planned(t.Name, t.Type, t.Shape)).GroupBy(p => p.Key))
        {
            Planned[] members = [.. group.OrderBy(p => p.Place)];
            foreach (Planned one in members)
                _groups[one.Name] = members;
        }
    }

    /// <summary>What was allocated, groups as one.</summary>
    public IReadOnlyList<Tensor> Whole => _whole;

    /// <summary>A tensor of zeros, which is allocated with its group when it is first asked for.</summary>
    public Tensor this[string name]
    {
        get
        {
            if (!_tensors.ContainsKey(name))
                Allocate(_groups[name]);
            return _tensors[name];
        }
    }

    /// <summary>All of them, allocated in the order that they were given in.</summary>
    public static NeighbourTensors Allocate(
        Arena arena, IEnumerable<(string Name, DType Type, Shape Shape)> tensors, string suffix = "")
    {
        var all = new NeighbourTensors(arena, tensors, suffix);
        foreach (string name in all._groups.Keys)
            _ = all[name];
        return all;
    }

    private void Allocate(Planned[] members)
    {
        Planned first = members[0];
        int[] dimensions = first.Shape.Dimensions.ToArray();
        dimensions[0] = members.Sum(m => m.Shape[0]);
        string name = members.Length == 1 ? first.Name : first.Group;
        Tensor whole = _arena.Allocate(name + _suffix, first.Type, dimensions);
        _whole.Add(whole);
        int start = 0;
        foreach (Planned one in members)
        {
            _tensors[one.Name] = members.Length == 1
                ? whole
                : whole.Slice(start, one.Shape[0]).Named(one.Name + _suffix);
            start += one.Shape[0];
        }
    }

    private sealed record Planned(string Name, DType Type, Shape Shape)
    {
        /// <summary>The module in the name, if it shares its input with others.</summary>
        private readonly (IReadOnlyList<string> Modules, string Module)? _shared = ModuleNames.OfOneInput
            .Where(modules => modules.Count > 1)
            .SelectMany(modules => modules, (modules, module) => ((IReadOnlyList<string>, string)?)(modules, module))
            .FirstOrDefault(s => Name.Contains(s!.Value.Item2 + '.', StringComparison.Ordinal));

        /// <summary>Its name, with its neighbours instead of the module.</summary>
        public string Group => _shared is { } s ? Name.Replace(s.Module, string.Join('|', s.Modules)) : Name;

        /// <summary>Among its neighbours.</summary>
        public int Place => _shared is { } s ? s.Modules.ToList().IndexOf(s.Module) : 0;

        /// <summary>What neighbours have in common.</summary>
        public (string Group, DType Type, string Width) Key =>
            (Group, Type, string.Join(' ', Shape.Dimensions[1..].ToArray()));
    }
}
