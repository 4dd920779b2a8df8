using MolEngine.Kernels.Collectives;
using MolEngine.Kernels.Interop;

namespace MolEngine.Kernels.Tests.Collectives;

public sealed class LaunchedRankTests
{
    [Theory]
    [InlineData(
        "OMPI_COMM_WORLD_RANK=2 OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_LOCAL_RANK=1", "Open MPI's mpirun", 2, 4, 1)]
    [InlineData("PMI_RANK=0 PMI_SIZE=3 MPI_LOCALRANKID=0", "MPICH's mpiexec", 0, 3, 0)]
    [InlineData("SLURM_PROCID=5 SLURM_STEP_NUM_TASKS=8 SLURM_LOCALID=1", "srun", 5, 8, 1)]
    [InlineData("RANK=1 WORLD_SIZE=2 LOCAL_RANK=1", "torchrun", 1, 2, 1)]
    [InlineData("PMI_RANK=1 PMI_SIZE=2 SLURM_PROCID=0 SLURM_STEP_NUM_TASKS=1", "MPICH's mpiexec", 1, 2, null)]
    public void A_launcher_is_known_by_what_it_sets(string set, string launcher, int rank, int size, int? local)
    {
        LaunchedRank? found = LaunchedRank.Of(Environment(set));
        Assert.Equal((launcher, rank, size, local), (found!.Launcher, found.Rank, found.Size, found.LocalRank));
    }

    [Theory]
    [InlineData("")]
    [InlineData("OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=1")]
    [InlineData("SLURM_PROCID=0 SLURM_NTASKS=4")]
    [InlineData("RANK=3 WORLD_SIZE=2")]
    [InlineData("RANK=x WORLD_SIZE=2")]
    public void A_process_by_itself_is_one_rank(string set) => Assert.Null(LaunchedRank.Of(Environment(set)));

    [Fact]
    public void The_meeting_point_is_taken_where_it_is_named() => Assert.Equal(
        ("node7", 29500),
        LaunchedRank.Of(Environment("RANK=1 WORLD_SIZE=2 MASTER_ADDR=node7 MASTER_PORT=29500"))!.Master);

    /// <summary>Both libraries may be installed: the launcher's own comes first.</summary>
    [Fact]
    public void The_launchers_library_is_tried_first()
    {
        static string First(MpiKind? kind, string set = "") => MpiLibrary.Candidates(kind, Environment(set)).First();
        Assert.Equal("libmpi.so.40", First(MpiKind.OpenMpi));
        Assert.Equal("libmpich.so.12", First(MpiKind.Mpich));
        Assert.Equal("/opt/mpi.so", First(MpiKind.Mpich, "MOLENGINE_MPI_PATH=/opt/mpi.so"));
    }

    private static Func<string, string?> Environment(string set)
    {
        Dictionary<string, string> variables = set.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(v => v.Split('=')).ToDictionary(v => v[0], v => v[1]);
        return name => variables.GetValueOrDefault(name);
    }
}
