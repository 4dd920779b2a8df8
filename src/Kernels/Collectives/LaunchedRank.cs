using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Collectives;

/// <summary>What the program that started this process says of it: its place among the ranks of a run.</summary>
/// <param name="Launcher">For people: "Open MPI's mpirun".</param>
/// <param name="Mpi">The family of MPI that the launcher belongs to; null where it serves any.</param>
/// <param name="LocalRank">Among the ranks of this host, from 0; null where the launcher does not say.</param>
public sealed record LaunchedRank(string Launcher, MpiKind? Mpi, int Rank, int Size, int? LocalRank)
{
    /// <summary>Launchers by what they set; a process may inherit the variables of several, the innermost
    /// first.</summary>
    private static readonly (string Launcher, MpiKind? Mpi, string Rank, string Size, string Local)[] Launchers =
    [
        ("Open MPI's mpirun", MpiKind.OpenMpi, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE",
            "OMPI_COMM_WORLD_LOCAL_RANK"),
        ("MPICH's mpiexec", MpiKind.Mpich, "PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID"),
        ("srun", null, "SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID"),
        ("torchrun", null, "RANK", "WORLD_SIZE", "LOCAL_RANK"),
    ];

    /// <summary>Host and port of rank 0 where the launcher names them (MASTER_ADDR, MASTER_PORT): for who meets without
    /// MPI.</summary>
    public (string Host, int Port)? Master { get; private init; }

    /// <summary>Null where nothing says that this process is one of several.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    public static LaunchedRank? Of(Func<string, string?> variable)
    {
        foreach ((string launcher, MpiKind? mpi, string rank, string size, string local) in Launchers)
        {
            if (Number(variable(rank)) is { } r && Number(variable(size)) is { } n && n > 1 && r < n)
            {
                return new LaunchedRank(launcher, mpi, r, n, Number(variable(local)))
                {
                    Master = variable("MASTER_ADDR") is { Length: > 0 } host
                        && Number(variable("MASTER_PORT")) is { } port ? (host, port) : null,
                };
            }
        }

        return null;
    }

    private static int? Number(string? text) => int.TryParse(text, out int number) && number >= 0 ? number : null;
}
